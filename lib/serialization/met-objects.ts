const FEW = 16;

/** The objects seen so far. Payloads mostly hold a handful, for which a list beats a Set. */
export class MetObjects {
  private readonly few: object[] = [];
  private many: Set<object> | undefined;

  /** `true` when it was there already. */
  meet(object: object): boolean {
    if (this.many) {
      if (this.many.has(object)) return true;
      this.many.add(object);
      return false;
    }
    if (this.few.includes(object)) return true;
    this.few.push(object);
    if (this.few.length > FEW) this.many = new Set(this.few);
    return false;
  }
}
