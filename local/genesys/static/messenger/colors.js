/** Colours of the configuration, made readable. */

const WHITE = '#ffffff';
const BLACK = '#000000';

/** `#rrggbb` of a colour as a configuration has it (`#abc`, `#aabbcc`), else the default. */
export function normalized(color, otherwise = '#FF4F1F') {
  const found = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color ?? '');
  if (found === null) {
    return otherwise.toLowerCase();
  }
  const digits = found[1].length === 3 ? found[1].replace(/./g, '$&$&') : found[1];
  return `#${digits.toLowerCase()}`;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** White or black, whichever is read better on a colour; one of them has at least 4.5. */
export function inkOn(color) {
  return contrast(color, WHITE) >= 4.5 ? WHITE : BLACK;
}

/** A shade of a colour for what the pointer is over: away from the ink, so read even better. */
export function shadeOf(color) {
  return mix(color, inkOn(color) === WHITE ? BLACK : WHITE, 0.14);
}

/** The colour, mixed with white or black until it is read well (4.5) on a background. */
export function readableOn(background, color) {
  const towards = luminance(background) > 0.2 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, towards, share);
    if (contrast(mixed, background) >= 4.5) {
      return mixed;
    }
  }
  return towards;
}

function mix(one, other, share) {
  const [a, b] = [channels(one), channels(other)];
  const mixed = a.map((value, index) => Math.round(value + (b[index] - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color) {
  const [red, green, blue] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}
