"""Checks of the plan's reader, of the judgement of answers, and of the records file."""

import asyncio
import json
import ssl
import struct
import tempfile
import types
import unittest
import unittest.mock
import zlib
from pathlib import Path

from benchmark import _outcomes, _plan, _records, _schedule_asyncio, _schedule_threads, _target, _work, tiff
from benchmark._work import NS

from fake_harness import read_records

TARGET = types.SimpleNamespace(url=lambda key: _plan.url("http://h:1", "b", key))


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


class Judgement(unittest.TestCase):
    def op(self, data, crc32=None):
        return _plan.Operation(0, "k", "u", 0, len(data), crc32, None, None)

    def test_length_and_crc(self):
        op = self.op(b"12345", zlib.crc32(b"12345"))
        self.assertEqual(_work.judge(op, b"12345")[0], _outcomes.OK)
        self.assertEqual(_work.judge(op, b"1234")[0], _outcomes.TRUNCATED)
        self.assertEqual(_work.judge(op, b"123456")[0], _outcomes.WRONG_BYTES)
        self.assertEqual(_work.judge(op, b"12346")[0], _outcomes.WRONG_BYTES)
        self.assertEqual(_work.judge(op, b"12346", check_crc=False)[0], _outcomes.OK)

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
        return _work.Work(job, records, 1000, 5, **how)

    def op(self, number=3, length=2):
        return _plan.Operation(number, "k", "u", 0, length, None, None, None)

    def test_the_layout(self):
        work = self.work(2)
        op = self.op(number=0xFFFFFFFF)
        op.crc32 = zlib.crc32(b"ab")
        work.start(1, 2**40)
        work.succeed(1, op, 2**40 - 1, 2**40, 2**40 + 7, b"ab", 2)
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
        work.succeed(0, self.op(), 0, 1, 1_000_000_002, b"ab", 2)
        found = [_outcomes.NAMES[record[-1]] for record in read_records(self.file.name)]
        self.assertEqual(found, ["connect", "timeout", "timeout"])

    def test_the_first_text_of_each_class_is_kept(self):
        work = self.work(9)
        work.job.classify = lambda error: (_outcomes.HTTP_ERROR, 403)
        for error in (OSError("no\nentry"), OSError("second")):
            work.start(0, 1)
            work.fail(0, self.op(), 0, 1, 2, error)
        work.start(0, 1)
        work.succeed(0, self.op(), 0, 1, 2, b"abc", 3)
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
            work.succeed(0, self.op(number), 0, 1, 2, b"ab", 2)
        self.assertEqual([record[5] for record in read_records(self.file.name)], list(range(count)))

    def test_what_is_in_flight_at_the_end_leaves_no_record(self):
        work = self.work(4)
        work.start(0, 1)
        work.start(1, 1)
        work.succeed(0, self.op(), 0, 1, 2, b"ab", 2)
        work.close()
        work.succeed(1, self.op(), 0, 1, 2, b"ab", 2)
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

    def test_a_file_that_is_too_small(self):
        self.file.truncate(64)
        with self.assertRaisesRegex(ValueError, "too small for 2 records"):
            _records.open_file(self.file.name, 2)


if __name__ == "__main__":
    unittest.main()
