/** Numbers as people read them. */

import { language, t } from "./language.js";

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function local(value, options) {
  return new Intl.NumberFormat(language(), options).format(value);
}

/** An exponent of ten: 10⁻⁵. */
export function power(exponent) {
  return `10${String(exponent).replace(/[-\d]/g, (sign) => SUPERSCRIPT[sign])}`;
}

/** A measured value with three digits; very large and small ones with a power of ten; a dash for none. */
export function measured(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return local(value, { maximumSignificantDigits: 3 });
  let exponent = Math.floor(Math.log10(size));
  let mantissa = value / 10 ** exponent;
  if (Math.abs(mantissa) >= 9.995) {
    mantissa /= 10;
    exponent += 1;
  }
  return `${local(mantissa, { maximumSignificantDigits: 3 })}·${power(exponent)}`;
}

/** A whole number with its groups. */
export function whole(value) {
  return value === null || value === undefined ? "–" : local(value, { maximumFractionDigits: 0 });
}

/** A share as a percentage. */
export function percent(value, digits = 1) {
  if (value === null || value === undefined) return "–";
  return local(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A duration in seconds. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${local(seconds, { maximumFractionDigits: seconds < 10 ? 2 : 1 })} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** How long ago a moment was. */
export function ago(moment) {
  const seconds = Math.round((Date.parse(moment) - Date.now()) / 1000);
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? [null, 1];
  if (unit === null) return t("time.now");
  return new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "short" }).format(Math.trunc(seconds / size), unit);
}
