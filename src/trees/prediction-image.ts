/** Bytes that prediction kernels read, put together piece by piece; addresses in it count from its start. */
export class ImageWriter {
  private bytes = new Uint8Array(1 << 16);
  // The same memory; kernels see it as any typed array does.
  private words = new Uint32Array(this.bytes.buffer);
  private floats = new Float32Array(this.bytes.buffer);
  private doubles = new Float64Array(this.bytes.buffer);
  private top = 0;

  /** Room for `bytes` bytes, zero; where it begins, a multiple of 8. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.top / 8) * 8;
    this.top = at + bytes;
    if (this.top > this.bytes.length) {
      const wider = new Uint8Array(Math.max(2 * this.bytes.length, Math.ceil(this.top / 8) * 8));
      wider.set(this.bytes);
      this.bytes = wider;
      this.words = new Uint32Array(wider.buffer);
      this.floats = new Float32Array(wider.buffer);
      this.doubles = new Float64Array(wider.buffer);
    }
    return at;
  }

  uint8(at: number, value: number): void {
    this.bytes[at] = value;
  }

  /** `at`: a multiple of 4, as in the next one. */
  uint32(at: number, value: number): void {
    this.words[at >>> 2] = value;
  }

  float32(at: number, value: number): void {
    this.floats[at >>> 2] = value;
  }

  /** `at`: a multiple of 8. */
  float64(at: number, value: number): void {
    this.doubles[at >>> 3] = value;
  }

  /** A copy in shared memory. */
  finish(): Uint8Array {
    const image = new Uint8Array(new SharedArrayBuffer(this.top));
    image.set(this.bytes.subarray(0, this.top));
    return image;
  }
}
