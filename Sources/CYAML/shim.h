// libyaml: an event parser for YAML 1.1.
#pragma once
#include <yaml.h>
