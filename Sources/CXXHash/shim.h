// libxxhash: XXH3, 128 bits.
#pragma once
#include <xxhash.h>
