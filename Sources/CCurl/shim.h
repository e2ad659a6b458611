// libcurl: the transport of HTTP.
#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import: one function
// for each type that an option takes.
static inline CURLcode drydock_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode drydock_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode drydock_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode drydock_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*drydock_curl_receiver)(char *bytes, size_t size, size_t count, void *receiver);

static inline CURLcode drydock_curl_set_receiver(
    CURL *handle, CURLoption option, drydock_curl_receiver value) {
  return curl_easy_setopt(handle, option, value);
}

typedef int (*drydock_curl_watcher)(
    void *watcher, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up);

static inline CURLcode drydock_curl_set_watcher(CURL *handle, drydock_curl_watcher value) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode drydock_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode drydock_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}
