"""Reads a store's answer to ListObjectsV2, for libraries that speak plain HTTP."""

from xml.etree import ElementTree

from benchmark._outcomes import WRONG_BYTES, Failure


def parse(body):
    """Returns (names, token of the next page or None). body: XML, a buffer of bytes. Raises Failure."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Failure(WRONG_BYTES, f"the listing is no XML: {error}") from None
    if root.tag.rpartition("}")[2] != "ListBucketResult":
        raise Failure(WRONG_BYTES, f"the listing is no ListBucketResult: {root.tag!r:.100}")
    names = [key.text or "" for key in root.iterfind("{*}Contents/{*}Key")]
    if root.findtext("{*}IsTruncated") != "true":
        return names, None
    token = root.findtext("{*}NextContinuationToken")
    if not token:
        raise Failure(WRONG_BYTES, "the listing has more pages, and no NextContinuationToken")
    return names, token
