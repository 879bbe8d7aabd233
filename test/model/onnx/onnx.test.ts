/** The ONNX writer against bytes put together by hand, and what exportOnnx promises without a runtime to ask. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { InvalidInputError, NotFittedError } from '../../../src/core/errors.js';
import { ProtoWriter } from '../../../src/model/onnx/protobuf.js';
import { floorFloat32 } from '../../../src/trees/onnx-trees.js';
import { CentroidModel } from '../centroid.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-onnx-'));
afterAll(() => rmSync(directory, { recursive: true }));

function bytes(write: (writer: ProtoWriter) => void): number[] {
  const writer = new ProtoWriter();
  write(writer);
  return [...writer.finish()];
}

describe('the protocol-buffer writer', () => {
  it('writes the examples of the encoding guide', () => {
    expect(bytes((w) => w.int(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes((w) => w.string(2, 'testing'))).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect(bytes((w) => w.message(3, (inner) => inner.int(1, 150)))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect(bytes((w) => w.int(2, -2))).toEqual([0x10, 0xfe, ...new Array(8).fill(0xff), 0x01]);
    expect(bytes((w) => w.float(2, 1))).toEqual([0x15, 0, 0, 0x80, 0x3f]);
    expect(bytes((w) => w.int(20, 0))).toEqual([0xa0, 0x01, 0]);
  });

  it('any safe integer reads back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const [, ...varint] = bytes((w) => w.int(1, value));
        const read = varint.reduce((sum, byte, i) => sum | (BigInt(byte & 127) << BigInt(7 * i)), 0n);
        expect(BigInt.asIntN(64, read)).toBe(BigInt(value));
        expect(varint.every((byte, i) => byte > 127 === i < varint.length - 1)).toBe(true);
      }),
    );
  });

  it("any int64 is written as its two's complement", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const [, ...varint] = bytes((w) => w.ints(1, BigInt64Array.of(value)));
        const read = varint.reduce((sum, byte, i) => sum | (BigInt(byte & 127) << BigInt(7 * i)), 0n);
        expect(BigInt.asIntN(64, read)).toBe(value);
      }),
    );
  });

  it('a message longer than the first buffer is whole', () => {
    const long = 'x'.repeat(5000);
    const written = bytes((w) => w.message(1, (inner) => inner.strings(2, [long, long])));
    expect(written).toHaveLength(3 + 2 * (3 + 5000));
  });
});

describe('float32 thresholds', () => {
  it('every float32 takes the branch that the float64 threshold sends it to', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.float({ noNaN: true }), (threshold, x) => {
        const rounded = floorFloat32(threshold);
        expect(rounded).toBe(Math.fround(rounded));
        for (const at of [x, Math.fround(threshold), rounded]) expect(at <= rounded).toBe(at <= threshold);
      }),
      { numRuns: 2000 },
    );
  });

  it('are exact at the edges', () => {
    expect(floorFloat32(1e300)).toBe(3.4028234663852886e38);
    expect(floorFloat32(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(floorFloat32(-1e300)).toBe(Number.NEGATIVE_INFINITY);
    expect(floorFloat32(-1e-300)).toBe(-1.401298464324817e-45);
    expect(floorFloat32(1e-300)).toBe(0);
  });
});

describe('exportOnnx', () => {
  const X = Array.from({ length: 60 }, (_, i) => [i, i % 7]);
  const y = X.map(([a]) => (a > 30 ? 1 : 0));

  it('needs a fitted model', async () => {
    const file = join(directory, 'unfitted.onnx');
    await expect(new LightGBMModel().exportOnnx(file)).rejects.toThrow(NotFittedError);
  });

  it('a model without an ONNX form says so and writes nothing', async () => {
    const model = new CentroidModel();
    await model.fit({ X, y });
    const file = join(directory, 'centroid.onnx');
    const error = await model.exportOnnx(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).hint).toContain('onnxBody');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('the same model gives the same bytes', async () => {
    const model = new LightGBMModel({ numIterations: 3 });
    await model.fit({ X, y });
    const files = ['a.onnx', 'b.onnx'].map((name) => join(directory, name));
    for (const file of files) await model.exportOnnx(file);
    expect(readFileSync(files[0]).equals(readFileSync(files[1]))).toBe(true);
  });

  it('a path that cannot be written is a typed error', async () => {
    const model = new LightGBMModel({ numIterations: 1 });
    await model.fit({ X, y });
    await expect(model.exportOnnx('/dev/null/model.onnx')).rejects.toThrow(InvalidInputError);
  });
});
