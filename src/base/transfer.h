/* One HTTP request over libcurl that the person may stop (base/work.h). */
#ifndef BASE_TRANSFER_H
#define BASE_TRANSFER_H

#include <curl/curl.h>

/*
 * As curl_easy_perform(). It returns CURLE_ABORTED_BY_CALLBACK as soon as the
 * person asks to stop. `multi` is the caller's and keeps the connections: clean
 * it up after the easy handle.
 */
CURLcode transfer_perform(CURLM *multi, CURL *easy);

#endif
