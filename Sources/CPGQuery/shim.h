// libpg_query: the parser of PostgreSQL 15 as a library.
#pragma once
#include <pg_query.h>
