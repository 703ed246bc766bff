"""Checks of the plan's reader, of the judgement of answers, and of the records file."""

import asyncio
import json
import re
import ssl
import struct
import tempfile
import time
import tracemalloc
import types
import unittest
import unittest.mock
import zlib
from array import array
from pathlib import Path

from benchmark import (
    _answers,
    _outcomes,
    _plan,
    _protocol,
    _records,
    _request,
    _schedule_asyncio,
    _schedule_threads,
    _target,
    _work,
    tiff,
)
from benchmark._work import NS

from fake_harness import read_records

TARGET = types.SimpleNamespace(url=lambda key: _request.url("http://h:1", "b", key))


class PlanFile(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.path = Path(scratch.name) / "plan"

    def load(self, *lines, **how):
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return _plan.load(self.path, TARGET, **how)

    def entries(self, count):
        return [json.dumps({"op": i, "key": "k", "start": i, "length": 5}) for i in range(count)]

    def test_members(self):
        line = {
            "op": 7,
            "key": "a b/é+.tif",
            "start": 2**40,
            "length": 9,
            "crc32": 2**32 - 1,
            "level": 3,
        }
        op = self.load(json.dumps(line))[0]
        self.assertEqual((op.number, op.start, op.length, op.crc32), (7, 2**40, 9, 2**32 - 1))
        self.assertEqual(op.url, "http://h:1/b/a%20b/%C3%A9%2B.tif")
        self.assertEqual(op.fields, {"level": 3})
        self.assertEqual(op.headers(), {"Range": f"bytes={2**40}-{2**40 + 8}"})

    def test_crc_zero_is_a_crc_and_none_is_not(self):
        plan = self.load('{"op":0,"key":"k","start":0,"length":1,"crc32":0}', *self.entries(1))
        self.assertEqual([plan[0].crc32, plan[1].crc32], [0, None])

    def test_replicas_take_disjoint_parts(self):
        parts = [self.load(*self.entries(10), first=r, step=3) for r in range(3)]
        self.assertEqual([[p[i].number for i in range(len(p))] for p in parts][1], [1, 4, 7])
        self.assertEqual(sum(len(p) for p in parts), 10)

    def test_no_more_than_asked(self):
        self.assertEqual(len(self.load(*self.entries(10), most=4)), 4)

    def test_equal_expectations_are_one_object(self):
        level = dict.fromkeys(("width", "height", "tile_width", "tile_height", "tiles", "tables_crc32"), 1)
        line = json.dumps({"op": 0, "key": "k", "start": 0, "length": 1, "expect": {"levels": [level]}})
        plan = self.load(line, line)
        self.assertIs(plan[0].expect, plan[1].expect)

    def test_bad_lines_are_named(self):
        good = self.entries(1)[0]
        for bad in (
            "{",
            "[]",
            '"x"',
            "{}",
            good.replace("5", "0"),
            good.replace("0", "-1"),
            "null",
        ):
            with self.assertRaisesRegex(ValueError, "line 2: not an operation"):
                self.load(good, bad)

    def stages(self, *stages, **more):
        return json.dumps({"op": 3, "stages": stages, **more})

    def test_stages(self):
        requests = [
            {"key": "a b", "start": 5, "length": 7, "crc32": 0},
            {"verb": "get", "key": "a b", "length": 0},
            {"verb": "get_suffix", "key": "c", "length": 9},
            {"verb": "get_ranges", "key": "c", "ranges": [[5, 1], [0, 2]], "crc32": 8},
            {"verb": "head", "key": "c", "length": 4, "crc32": 1},
            {"verb": "list", "key": "a b/é&", "keys": 3, "crc32": 1},
            {"verb": "read_values", "key": "c", "crc32": 2, "level": 5, "x": [7]},
        ]
        line = self.stages(requests[:1], requests[1:], expect={"requests": [6, 8]}, level=1)
        plan = self.load(*self.entries(1), line, line)
        self.assertEqual((plan.widest, plan.verbs), (6, set(_request.VERBS)))
        plain = plan[0]
        self.assertEqual((plain.stages, plain.verb, plain.body_bytes), (((plain,),), "get_range", 5))
        for op in (plan[1], plan[2]):
            self.assertEqual((op.number, op.has_stages, op.expect, op.fields), (3, True, None, {"level": 1}))
            self.assertEqual([len(stage) for stage in op.stages], [1, 6])
            self.assertEqual([r.verb for r in op.requests], list(_request.VERBS))
            self.assertEqual([r.length for r in op.requests], [7, 0, 9, 3, 4, 3, 0])
            self.assertEqual([r.crc32 for r in op.requests], [0, None, None, 8, None, 1, 2])
            self.assertEqual([r.fields for r in op.requests], [{}] * 6 + [{"level": 5, "x": [7]}])
            self.assertEqual(op.requests[3].ranges, ((5, 1), (0, 2)))
            self.assertEqual(op.body_bytes, 19)
        self.assertEqual(op.requests[1].url, "http://h:1/b/a%20b")
        self.assertEqual(op.requests[5].url, "http://h:1/b?list-type=2&prefix=a%20b%2F%C3%A9%26")
        spans = [r.headers().get("Range") for r in op.requests]
        self.assertEqual(spans, ["bytes=5-11", None, "bytes=-9", None, None, None, None])
        self.assertEqual(op.requests[6].words(), "read_values c, level 5, x [7]")

    def test_stages_that_are_none(self):
        head = {"verb": "head", "key": "k", "length": 1}
        for bad, text in (
            ([], "member 'stages' is no list of 1 to 64"),
            ([[head]] * 65, "member 'stages' is no list of 1 to 64"),
            ([[head], []], "stage 2 is no list of requests, 1 at least and 256"),
            ([[head] * 200, [head] * 57], "stage 2 is no list of requests"),
            ([{}], "stage 1 is no list of requests"),
            ([[head, 7]], "stage 1, request 2 is no JSON object"),
            ([[{**head, "verb": "haed"}]], "request 1: member 'verb' is no verb; there are get_range, get,"),
            ([[{**head, "length": -1}]], "request 1: member 'length' is not a whole number from 0"),
            ([[{**head, "verb": "get_suffix", "length": 0}]], "'length' is not a whole number from 1"),
            ([[{"verb": "list", "key": ""}]], "has no member 'keys'"),
            ([[{"verb": "get_ranges", "key": "k", "ranges": []}]], "member 'ranges' is no list of 1 to 1024"),
            ([[{"verb": "get_ranges", "key": "k", "ranges": [[0, 1], [0, 0]]}]], "range 2 of 'ranges' is no"),
            ([[{"verb": "get_ranges", "key": "k", "ranges": [[0, True]]}]], "range 1 of 'ranges' is no"),
            ([[{"verb": "get_ranges", "key": "k", "ranges": [[0, 2**62]] * 2}]], "too long together"),
        ):
            with self.assertRaisesRegex(ValueError, re.escape(text)):
                self.load(self.stages(*bad))
        with self.assertRaisesRegex(ValueError, "levels, and the first request is no get_range and no get"):
            self.load(self.stages([head], expect={"levels": [{}]}))

    def test_it_is_kept_in_few_bytes(self):
        target = types.SimpleNamespace(url=lambda key: key)
        ranged = {"op": 1, "key": "k", "start": 0, "length": 2}
        staged = {"op": 1, "stages": [[ranged], [ranged] * 4]}
        for entry, most in ((ranged, 32), (staged, 32 + 5 * 29)):
            plan = _plan.Plan(target)
            tracemalloc.start()
            for _ in range(20000):
                plan.add(entry)
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertLess(held / 20000, most * 1.2)


class Judgement(unittest.TestCase):
    def op(self, data, crc32=None):
        return _request.Operation(0, "k", "u", 0, len(data), crc32, None, None)

    def test_length_and_crc(self):
        op = self.op(b"12345", zlib.crc32(b"12345"))
        self.assertEqual(_work.judge(op, b"12345")[0], _outcomes.OK)
        self.assertEqual(_work.judge(op, b"1234")[0], _outcomes.TRUNCATED)
        self.assertEqual(_work.judge(op, b"123456")[0], _outcomes.WRONG_BYTES)
        self.assertEqual(_work.judge(op, b"12346")[0], _outcomes.WRONG_BYTES)
        self.assertEqual(_work.judge(op, b"12346", check_crc=False)[0], _outcomes.OK)

    def request(self, verb, length, crc32=None, ranges=None):
        return _request.Request(verb, "k", "u", 0, length, ranges, crc32)

    def test_answers_of_each_verb(self):
        names = zlib.crc32(b"Z\na\n\xc3\xa9\n")
        values = zlib.crc32(array("H", [7, 8]))
        parts = self.request("get_ranges", 3, zlib.crc32(b"abc"), ((9, 2), (0, 1)))
        for request, answer, outcome in (
            (self.request("get", 2), b"ab", "ok"),
            (self.request("get", 2), b"a", "truncated"),
            (self.request("get_suffix", 2, zlib.crc32(b"ab")), b"ba", "wrong_bytes"),
            (parts, [b"ab", memoryview(b"c")], "ok"),
            (parts, [b"ab"], "wrong_bytes"),
            (parts, [b"a", b"bc"], "truncated"),
            (parts, [b"abc", b""], "wrong_bytes"),
            (parts, [b"ab", b"d"], "wrong_bytes"),
            (self.request("head", 5), 5, "ok"),
            (self.request("head", 5), 4, "wrong_bytes"),
            (self.request("list", 3, names), ["é", "a", "Z"], "ok"),
            (self.request("list", 3, names), ["e", "a", "Z"], "wrong_bytes"),
            (self.request("list", 3), ["a", "Z"], "wrong_bytes"),
            (self.request("list", 0), [], "ok"),
            (self.request("read_values", 0), array("H", [7, 8]), "ok"),
            (self.request("read_values", 0, values), array("H", [7, 8]), "ok"),
            (self.request("read_values", 0, values), array("H", [7, 9]), "wrong_bytes"),
            (self.request("read_values", 0, values), memoryview(bytes(8))[::2], "wrong_bytes"),
        ):
            good = self.request("head", 1)
            op = _request.Staged(0, ((good,), (request,)), None, None)
            found, sentence = _work.judge(op, [1, answer])
            self.assertEqual(_outcomes.NAMES[found], outcome, (request.verb, answer, sentence))
            self.assertIs(op.failed, request if sentence else None)
        self.assertEqual(_work.judge(op, [1])[1], "1 answers to 2 requests")

    def test_answers_that_are_of_another_type(self):
        class HasLength:
            def __len__(self):
                return 2

        for verb, answer, words in (
            ("get", None, "get returned None, not bytes"),
            ("read_values", [7, 8], "read_values returned a list, not bytes"),
            ("get_range", "ab", "get_range returned a str, not bytes"),
            ("get_suffix", HasLength(), "get_suffix returned a HasLength, not bytes"),
            ("get_ranges", None, "get_ranges returned None, not a list of bytes"),
            ("get_ranges", b"ab", "get_ranges returned a bytes, not a list of bytes"),
            ("get_ranges", [b"a", "b"], "get_ranges returned a list that holds a str, not a list of bytes"),
            ("head", "2", "head returned a str, not an integer"),
            ("head", 2.0, "head returned a float, not an integer"),
            ("head", True, "head returned a bool, not an integer"),
            ("list", "ab", "list returned a str, not a list of names"),
            ("list", [b"a", b"b"], "list returned a list that holds a bytes, not a list of names"),
        ):
            request = self.request(verb, 2, None, ((0, 1), (1, 1)))
            op = _request.Staged(0, ((request,),), None, None)
            with self.subTest(verb=verb, answer=answer):
                with self.assertRaises(_answers.WrongType) as caught:
                    _work.judge(op, [answer])
                self.assertEqual(str(caught.exception), words)
                self.assertIs(op.failed, request)
        for answers in (None, b"a", 1):
            with self.assertRaisesRegex(_answers.WrongType, "not a list of answers"):
                _work.judge(op, answers)

    def test_status_and_range_of_each_verb(self):
        suffix, ranges = self.request("get_suffix", 5), self.request("get_ranges", 3, None, ((9, 2), (0, 1)))
        for request, *good in (
            (self.request("get", 2), 200),
            (self.request("head", 2), 200),
            (self.request("list", 2), 200),
            (suffix, 206, "bytes 4-8/9"),
            (suffix, 206, "bytes 4-8/*"),
            (ranges, 206, "bytes 9-10/99"),
            (ranges, 206, "bytes 0-0/99"),
            (self.request("get_range", 2), 206, "bytes 0-1/2"),
        ):
            request.check(*good)
            self.assertEqual(request.status, good[0])
            for status, outcome in ((403, "http_error"), (503, "throttled"), (406 - good[0], "http_error")):
                with self.assertRaises(_outcomes.Failure) as raised:
                    request.check(status, *good[1:])
                self.assertEqual(_outcomes.NAMES[raised.exception.outcome], outcome)
        for request, where, outcome in (
            (suffix, None, "wrong_bytes"),
            (suffix, "bytes 4-8/10", "wrong_bytes"),
            (suffix, "bytes 5-8/9", "truncated"),
            (suffix, "bytes 3-8/9", "wrong_bytes"),
            (ranges, "bytes 9-9/99", "truncated"),
            (ranges, "bytes 8-9/99", "wrong_bytes"),
        ):
            with self.assertRaises(_outcomes.Failure) as raised:
                request.check(206, where)
            self.assertEqual(_outcomes.NAMES[raised.exception.outcome], outcome, where)

    def test_listings(self):
        page = '<ListBucketResult xmlns="urn:x"><Contents><Key>a&amp;b</Key></Contents>{}</ListBucketResult>'
        first = _request.Request("list", "é", _request.list_url("http://h/b/", "é"), 0, 2, None, None)
        more = "<IsTruncated>true</IsTruncated><NextContinuationToken>{}</NextContinuationToken>"
        names, second = first.page(page.format(more.format("1 /+")))
        self.assertEqual(names, ["a&b"])
        self.assertEqual(second.url, "http://h/b?continuation-token=1%20%2F%2B&list-type=2&prefix=%C3%A9")
        names, third = second.page(page.format(more.format("list-type=2")))
        self.assertEqual(third.url, "http://h/b?continuation-token=list-type%3D2&list-type=2&prefix=%C3%A9")
        self.assertEqual(third.page(page.format("<IsTruncated>false</IsTruncated>")), (["a&b"], None))
        for bad, text in (
            ("", "no XML"),
            ("<Error/>", "no ListBucketResult: 'Error'"),
            (page.format(more.format("")), "no NextContinuationToken"),
        ):
            with self.assertRaisesRegex(_outcomes.Failure, text):
                first.page(bad)

    def test_a_header_that_does_not_parse(self):
        op = self.op(b"not a TIFF at all")
        op.expect = tiff.Expected(((1,) * 6,))
        outcome, sentence = _work.judge(op, b"not a TIFF at all")
        self.assertEqual(outcome, _outcomes.WRONG_BYTES)
        self.assertIn("cannot be parsed", sentence)

    def test_status_and_range(self):
        op = self.op(b"12345")
        op.check(206, "bytes 0-4/9")
        cases = [(200, None, "http_error"), (503, None, "throttled"), (429, "", "throttled")]
        cases += [(206, None, "wrong_bytes"), (206, "bytes 0-5/9", "wrong_bytes")]
        cases += [(206, "bytes 0-3/9", "truncated"), (206, "bytes 1-3/9", "wrong_bytes")]
        cases += [(206, "all", "wrong_bytes")]
        for status, where, outcome in cases:
            with (
                self.subTest(status=status, where=where),
                self.assertRaises(_outcomes.Failure) as raised,
            ):
                op.check(status, where)
            self.assertEqual(_outcomes.NAMES[raised.exception.outcome], outcome)
            self.assertEqual(raised.exception.status, status)


class Endpoints(unittest.TestCase):
    def test_one_form(self):
        for text, wanted in (
            ("HTTP://Host:9000//", "http://host:9000"),
            ("https://HOST:443", "https://host"),
            ("http://host:80/", "http://host"),
            ("https://host:80", "https://host:80"),
            ("http://[::A]:9/Path/", "http://[::a]:9/Path"),
        ):
            self.assertEqual(_target._endpoint(text), wanted)

    def test_refused(self):
        for text in (
            "",
            "host:9",
            "ftp://host",
            "http://",
            "http://u:secret@host",
            "http://h/?x",
            "http://h/#x",
        ):
            with self.subTest(text=text), self.assertRaises(ValueError) as raised:
                _target._endpoint(text)
            self.assertNotIn("secret", str(raised.exception))


class Certificates(unittest.TestCase):
    def target(self, endpoint, ca_file):
        client = {"pool_size": 1, "keep_alive": True, "keep_alive_timeout_seconds": 1, "use_dns_cache": True}
        numbers = {"concurrency": 1, "timeout_seconds": 1, "operation_timeout_seconds": 1}
        setup = {"endpoint": endpoint, "bucket": "b", "region": "r", "ca_file": ca_file}
        return _target.Target({**setup, **numbers, "client_config": client})

    def test_which_file_is_trusted(self):
        self.assertIsNone(self.target("http://host", None).ca_bundle)
        self.assertEqual(self.target("https://host", "/a.pem").ca_bundle, "/a.pem")
        with tempfile.NamedTemporaryFile() as bundle:
            places = ("/nowhere.pem", bundle.name)
            with unittest.mock.patch.object(_target, "_SYSTEM_BUNDLES", places):
                found = self.target("https://host", None).ca_bundle
            self.assertIn(found, (bundle.name, ssl.get_default_verify_paths().openssl_cafile))

    def test_none_is_said(self):
        with (
            unittest.mock.patch.object(_target, "_SYSTEM_BUNDLES", ()),
            unittest.mock.patch("os.path.isfile", return_value=False),
            self.assertRaisesRegex(ValueError, "--ca-file"),
        ):
            self.target("https://host", None)


class RecordsFile(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.NamedTemporaryFile()  # noqa: SIM115  closed by the clean-up
        self.addCleanup(scratch.close)
        self.file = scratch

    def work(self, capacity, **how):
        self.file.truncate(capacity * 64)
        records = _records.open_file(self.file.name, capacity)
        self.addCleanup(records.close)
        target = types.SimpleNamespace(concurrency=2, operation_timeout_seconds=1, timed=False)
        job = types.SimpleNamespace(target=target, no_io=False, ok_status=206)
        job.classify = lambda error: _outcomes.classify(error, "x")
        job.tell = lambda error, outcome: _protocol.describe(error)
        return _work.Work(job, records, 1000, 5, **how)

    def op(self, number=3, length=2):
        return _request.Operation(number, "k", "u", 0, length, None, None, None)

    def test_the_layout(self):
        work = self.work(2)
        op = self.op(number=0xFFFFFFFF)
        op.crc32 = zlib.crc32(b"ab")
        work.start(1, 2**40)
        work.succeed(1, op, 2**40 - 1, 2**40, 2**40 + 7, b"ab")
        raw = Path(self.file.name).read_bytes()
        self.assertEqual(struct.unpack_from("<5Q", raw), (2**40 - 1, 2**40, 0, 2**40 + 7, 2))
        self.assertEqual(struct.unpack_from("<IHHI", raw, 40), (0xFFFFFFFF, 0, 206, 1))
        self.assertEqual(raw[52:64], bytes(11) + b"\1")
        self.assertEqual(raw[64:], bytes(64))

    def test_failures_and_what_is_too_late(self):
        work = self.work(4)
        for error in (ConnectionRefusedError(), TimeoutError()):
            work.start(0, 1)
            work.fail(0, self.op(), 0, 1, 2, error)
        work.start(0, 1)
        work.succeed(0, self.op(), 0, 1, 1_000_000_002, b"ab")
        found = [_outcomes.NAMES[record[-1]] for record in read_records(self.file.name)]
        self.assertEqual(found, ["connect", "timeout", "timeout"])

    def test_what_is_no_buffer_is_not_ok_whatever_its_length(self):
        class Blob(bytearray):
            pass

        work = self.work(4)
        for answer in (b"ab", Blob(b"ab"), array("b", b"ab")):
            work.start(0, 1)
            work.succeed(0, self.op(), 0, 1, 2, answer)
        for answer in ("ab", None, ["a", "b"]):
            work.start(0, 1)
            with self.assertRaises(_answers.WrongType):
                work.succeed(0, self.op(), 0, 1, 2, answer)
        found = [(record[4], _outcomes.NAMES[record[-1]]) for record in read_records(self.file.name)]
        self.assertEqual(found, [(2, "ok")] * 3)

    def test_the_first_text_of_each_class_is_kept(self):
        work = self.work(9)
        work.job.classify = lambda error: (_outcomes.HTTP_ERROR, 403)
        for error in (OSError("no\nentry"), OSError("second")):
            work.start(0, 1)
            work.fail(0, self.op(), 0, 1, 2, error)
        work.start(0, 1)
        work.succeed(0, self.op(), 0, 1, 2, b"abc")
        work.start(0, 1)
        work.expire(0, self.op(), 0, 1, 1_000_000_001)
        work.job.classify = lambda error: (_outcomes.OTHER, 0)
        work.start(0, 1)
        work.fail(0, self.op(), 0, 1, 2, OSError("x" * 9000))
        work.close()
        work.fail(0, self.op(), 0, 1, 2, ConnectionRefusedError())
        texts = work.done_packet()["failures"]
        op = "operation 3 (k, 2 bytes from 0)"
        self.assertEqual(texts["http_error"], f"{op}: OSError: no entry (status 403)")
        self.assertEqual(texts["wrong_bytes"], f"{op}: 3 bytes instead of 2")
        self.assertEqual(texts["timeout"], f"{op}: took 1 s, and the limit is 1 s")
        self.assertEqual(len(texts["other"]), _work.TEXT_MOST)
        self.assertEqual(len(texts), 4)

    def test_the_stamp_of_a_start_is_what_is_held_against_the_deadline(self):
        for ticks in range(10, 14):
            for scheduler in (_schedule_threads, _schedule_asyncio):
                work = self.work(99)
                work.begin_ns, work.deadline_ns = 0, ticks
                self.run_slot(scheduler, "_closed_slot", work)
                starts = [record[1] for record in read_records(self.file.name) if record[3]]
                self.assertEqual(len(starts), work.done_packet()["finished"])
                self.assertLess(max(starts), ticks)

    def test_who_wakes_after_the_deadline_starts_nothing(self):
        for scheduler in (_schedule_threads, _schedule_asyncio):
            work = self.work(99, rate=NS / 10)
            work.begin_ns, work.deadline_ns = 0, 11
            self.run_slot(scheduler, "_open_slot", work)
            self.assertEqual(work.done_packet()["finished"], 1)

    def run_slot(self, scheduler, name, work):
        """One slot, alone, by a clock that goes on whenever it is read, and far whenever somebody sleeps."""
        job = types.SimpleNamespace(plan=[self.op()], operation=lambda client, op: b"ab")
        now = 0

        def read():
            nonlocal now
            now += 1
            return now

        def sleep(seconds):
            nonlocal now
            now += 100

        with (
            unittest.mock.patch("time.monotonic_ns", read),
            unittest.mock.patch("time.sleep", sleep),
            unittest.mock.patch("asyncio.sleep", unittest.mock.AsyncMock(side_effect=sleep)),
        ):
            if scheduler is _schedule_threads:
                getattr(scheduler, name)(job, None, work, 0)
            else:
                job.operation = unittest.mock.AsyncMock(return_value=b"ab")
                asyncio.run(getattr(scheduler, name)(job, None, work, 0))
            work.close()

    def test_pages_given_back_keep_their_records(self):
        count = 2 * _records.GIVE_BACK + 5
        work = self.work(count)
        for number in range(count):
            work.start(0, 1)
            work.succeed(0, self.op(number), 0, 1, 2, b"ab")
        self.assertEqual([record[5] for record in read_records(self.file.name)], list(range(count)))

    def test_what_is_in_flight_at_the_end_leaves_no_record(self):
        work = self.work(4)
        work.start(0, 1)
        work.start(1, 1)
        work.succeed(0, self.op(), 0, 1, 2, b"ab")
        work.close()
        work.succeed(1, self.op(), 0, 1, 2, b"ab")
        self.assertFalse(work.start(0, 3))
        packet = work.done_packet()
        self.assertEqual([packet[name] for name in ("started", "finished", "unfinished")], [2, 1, 1])
        self.assertEqual(packet["stopped_by"], "deadline")
        self.assertEqual(len(read_records(self.file.name)), 1)

    def test_what_stops_it(self):
        for capacity, most, reason in (
            (2, None, "records_full"),
            (2, 9, "records_full"),
            (2, 2, "n_requests"),
        ):
            work = self.work(capacity, most=most)
            self.assertEqual([work.next_index() for _ in range(3)], [0, 1, None])
            self.assertEqual(work.stopped_by, reason)
        self.assertTrue(work.is_over(5_000_001_000))
        self.assertEqual(work.stopped_by, "n_requests")

    def start_until_full(self, work):
        """Starts one operation after the other; returns the numbers."""
        return list(iter(work.next_index, None))

    def test_a_slice_goes_on_where_the_one_before_was_paused(self):
        first = self.work(4)
        first.deadline_ns = time.monotonic_ns() + 60 * NS
        for slot in (0, 1):
            first.start(slot, first.next_index())
        first.succeed(0, self.op(0), 0, 1, 2, b"ab")
        late = first.next_index()
        first.pause()
        left = first.deadline_ns
        first.pause()
        self.assertEqual((first.deadline_ns, first.is_over(left)), (left, True))
        first.close()
        self.assertTrue(first.is_paused)
        counts = {"started": 2, "finished": 1, "unfinished": 1}
        self.assertEqual(first.paused_packet(), {"type": "paused", **counts})
        self.assertFalse(first.start(2, 3))
        first.give_back(late)
        second = first.resume(7)
        # What was given up has no record, so there is room for one more; its end has no effect.
        first.succeed(1, self.op(9), 0, 1, 2, b"ab")
        self.assertEqual(self.start_until_full(second), [2, 3, 4])
        second.start(1, 1)
        second.succeed(1, self.op(3), 0, 1, 2, b"ab")
        second.close()
        self.assertEqual([record[5] for record in read_records(self.file.name)], [0, 3])
        packet = second.done_packet()
        self.assertEqual({name: packet[name] for name in counts}, {**counts, "started": 3, "finished": 2})

    def test_a_slice_has_the_time_that_is_left(self):
        begin = time.monotonic_ns() - NS  # a slice began a second ago
        first = self.work(4)
        first.begin_ns, first.deadline_ns = begin, begin + 10 * NS
        before = time.monotonic_ns()
        first.pause()
        after = time.monotonic_ns()
        first.close()
        second = first.resume(after)
        used = first.begin_ns + 10 * NS - (second.deadline_ns - second.begin_ns)
        self.assertTrue(before <= used <= after)
        # A pause before it has begun takes nothing of it.
        second.begin_ns += NS
        second.deadline_ns += NS
        length = second.deadline_ns - second.begin_ns
        second.pause()
        second.close()
        third = second.resume(after)
        self.assertEqual(third.deadline_ns - third.begin_ns, length)

    def test_a_pause_that_comes_too_late_is_none(self):
        work = self.work(4)
        work.pause()
        work.close()
        self.assertEqual((work.stopped_by, work.is_paused), ("deadline", False))
        # All have started already, whatever the slots saw first.
        for capacity, most, reason in ((4, 1, "n_requests"), (1, None, "records_full")):
            work = self.work(capacity, most=most)
            work.deadline_ns = time.monotonic_ns() + 60 * NS
            work.start(0, work.next_index() + 1)
            work.succeed(0, self.op(), 0, 1, 2, b"ab")
            work.pause()
            self.assertTrue(work.is_over(time.monotonic_ns()))
            work.close()
            self.assertEqual((work.stopped_by, work.is_paused), (reason, False))

    def test_a_file_that_is_too_small(self):
        self.file.truncate(64)
        with self.assertRaisesRegex(ValueError, "too small for 2 records"):
            _records.open_file(self.file.name, 2)


if __name__ == "__main__":
    unittest.main()
