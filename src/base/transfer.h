/* One HTTP request over libcurl that the person may stop (base/work.h). */
#ifndef BASE_TRANSFER_H
#define BASE_TRANSFER_H

#include <curl/curl.h>

/*
 * As curl_easy_perform(); CURLE_ABORTED_BY_CALLBACK, at once, when the person
 * asked to stop. `multi` is the caller's, keeps the connections, and is cleaned
 * up after the easy handle.
 */
CURLcode transfer_perform(CURLM *multi, CURL *easy);

#endif
