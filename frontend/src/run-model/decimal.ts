/**
 * Sums of money without floating point: decimal text in, decimal text out, nothing rounded.
 */

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

function parse(text: string): Scaled | null {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  let units = BigInt(sign + whole + fraction);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    units *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { units, scale };
}

function format({ units, scale }: Scaled): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Whether `text` is a decimal number that {@link addDecimals} takes. */
export function isDecimal(text: string): boolean {
  return parse(text) !== null;
}

/** The exact sum. Throws a RangeError for text that is no decimal number. */
export function addDecimals(left: string, right: string): string {
  const a = parse(left);
  const b = parse(right);
  if (a === null || b === null) {
    throw new RangeError(`Not a decimal number: ${a === null ? left : right}`);
  }
  const scale = Math.max(a.scale, b.scale);
  const units =
    a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale);
  return format({ units, scale });
}
