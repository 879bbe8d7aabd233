"""Writes the small Parquet and Arrow files that the tests read: every type and compression, nulls in all of them.

Usage: python make-columnar-fixtures.py DIRECTORY (default test/fixtures/columnar). Prints the version that wrote them.
"""
import datetime as dt
import decimal
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "fixtures" / "columnar")
out.mkdir(parents=True, exist_ok=True)

moment = dt.datetime(2020, 1, 31, 9, 30, 0, 123000)
flat = pa.table(
    {
        "int8": pa.array([1, None, -3], pa.int8()),
        "int64": pa.array([1, 2**53, None], pa.int64()),
        "uint32": pa.array([1, 2**32 - 1, None], pa.uint32()),
        "float16": pa.array([0.5, None, -2], pa.float16()),
        "float32": pa.array([0.5, None, float("nan")], pa.float32()),
        "float64": pa.array([0.1, float("inf"), None], pa.float64()),
        "bool": pa.array([True, False, None]),
        "text": pa.array(["a", None, "é"]),
        "large_text": pa.array(["a", None, "é"], pa.large_string()),
        "dictionary": pa.array(["x", "y", None]).dictionary_encode(),
        "seconds": pa.array([moment.replace(microsecond=0), None, dt.datetime(1969, 12, 31)], pa.timestamp("s")),
        "millis": pa.array([moment, None, dt.datetime(1969, 12, 31)], pa.timestamp("ms")),
        "micros": pa.array([moment, None, dt.datetime(1969, 12, 31)], pa.timestamp("us", tz="America/New_York")),
        "nanos": pa.array([moment, None, dt.datetime(1969, 12, 31)], pa.timestamp("ns")),
        "date": pa.array([dt.date(2020, 2, 29), None, dt.date(1969, 12, 31)]),
        "nothing": pa.nulls(3),
    }
)
decimals = flat.append_column("decimal", pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-3.50")], pa.decimal128(9, 2)))
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(decimals, out / f"types-{codec}.parquet", compression=codec)
pq.write_table(flat.drop_columns(["float16"]), out / "types-v1.parquet", version="1.0", data_page_version="1.0", use_dictionary=False, row_group_size=2)
pq.write_table(flat.drop_columns(["float16"]), out / "types-pages-v2.parquet", data_page_version="2.0", row_group_size=1)
legacy = flat.select(["int8", "millis"])
pq.write_table(legacy, out / "int96.parquet", use_deprecated_int96_timestamps=True)
pq.write_table(
    pa.table({"list": pa.array([[1], [2, 3], None]), "bytes": pa.array([b"\xff\xfe", None, b""]), "time": pa.array([1, None, 3], pa.time32("s")), "ok": [1, 2, 3]}),
    out / "unsupported.parquet",
)

with pa.OSFile(str(out / "types.arrow"), "wb") as sink, pa.ipc.new_file(sink, flat.schema) as writer:
    writer.write_table(flat, max_chunksize=2)
with pa.OSFile(str(out / "types.arrows"), "wb") as sink, pa.ipc.new_stream(sink, flat.schema) as writer:
    writer.write_table(flat, max_chunksize=2)
print(json.dumps(pa.__version__))
