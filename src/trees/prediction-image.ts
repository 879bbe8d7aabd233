/** Bytes that prediction kernels read, put together piece by piece; addresses in it count from its start. */
export class ImageWriter {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private top = 0;

  /** Room for `bytes` bytes, zero; where it begins, a multiple of 8. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.top / 8) * 8;
    this.top = at + bytes;
    if (this.top > this.bytes.length) {
      const wider = new Uint8Array(Math.max(2 * this.bytes.length, this.top));
      wider.set(this.bytes);
      this.bytes = wider;
      this.view = new DataView(wider.buffer);
    }
    return at;
  }

  uint32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  float32(at: number, value: number): void {
    this.view.setFloat32(at, value, true);
  }

  float64(at: number, value: number): void {
    this.view.setFloat64(at, value, true);
  }

  /** A copy in shared memory. */
  finish(): Uint8Array {
    const image = new Uint8Array(new SharedArrayBuffer(this.top));
    image.set(this.bytes.subarray(0, this.top));
    return image;
  }
}
