// libzstd: frames, dictionaries and prefixes.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
