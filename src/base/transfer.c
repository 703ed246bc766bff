#include "base/transfer.h"

#include "base/work.h"

#define WAIT_MS 200

/* Returns when bytes came, when curl wants to look, or when the person asks to
 * stop. */
static CURLMcode wait_for(CURLM *multi)
{
	struct curl_waitfd stop = { .fd = work_stop_fd(),
				    .events = CURL_WAIT_POLLIN };

	return curl_multi_poll(multi, &stop, stop.fd >= 0, WAIT_MS, NULL);
}

static CURLcode result_of(CURLM *multi, CURL *easy)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)))
		if (message->msg == CURLMSG_DONE &&
		    message->easy_handle == easy)
			return message->data.result;
	return CURLE_FAILED_INIT;
}

static CURLcode drive(CURLM *multi, CURL *easy)
{
	int running = 1;

	while (running) {
		if (work_done(0, 0, NULL) < 0)
			return CURLE_ABORTED_BY_CALLBACK;
		if (curl_multi_perform(multi, &running) != CURLM_OK ||
		    (running && wait_for(multi) != CURLM_OK))
			return CURLE_FAILED_INIT;
	}
	return result_of(multi, easy);
}

CURLcode transfer_perform(CURLM *multi, CURL *easy)
{
	CURLcode code;

#if LIBCURL_VERSION_NUM >= 0x075700
	/* The look-up of a name must not delay a person who stops the
	 * program. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		return CURLE_FAILED_INIT;
	code = drive(multi, easy);
	curl_multi_remove_handle(multi, easy);
	return code;
}
