/** What launcher and window have in common: language, words, colours, and where they stand. */

import { inkOn, normalized, readableOn, shadeOf } from './colors.js';
import { chooseLanguage, loadTexts } from './languages.js';

const EDGE = 20;
const SURFACES = { light: '#ffffff', dark: '#1c1f26' };

export class Look {
  #page;
  #config;
  #words;
  #dark;
  #listeners = [];

  constructor({ page, config }) {
    this.#page = page;
    this.#config = config;
    this.#dark = page.matchMedia('(prefers-color-scheme: dark)');
    this.#dark.addEventListener('change', () => this.#tell());
  }

  /** Loads the words of the visitor's language. */
  async start() {
    const { languages = [], defaultLanguage = 'en-us' } = this.#config;
    const wishes = this.#page.navigator.languages ?? [];
    await this.#speak(chooseLanguage({ languages, defaultLanguage }, wishes));
  }

  /** Changes the language to one that the configuration offers; the tag, as the offer has it. */
  async setLanguage(lang) {
    const { languages = [] } = this.#config;
    const found = languages.find((one) => one.toLowerCase() === String(lang).toLowerCase());
    if (found === undefined) {
      throw new Error(`${lang} is not a language of this deployment: ${languages.join(', ')}`);
    }
    await this.#speak(found);
    this.#tell();
    return { lang: found, shown: this.#words.shown };
  }

  /** Calls back after every change. */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get texts() {
    return this.#words.texts;
  }

  /** What every frame needs to know. */
  describe() {
    const { shown, dir, texts } = this.#words;
    const theme = this.#dark.matches ? 'dark' : 'light';
    const color = normalized(this.#config.messenger.styles.primaryColor);
    return {
      lang: shown,
      dir,
      texts,
      theme,
      colors: {
        brand: color,
        'on-brand': inkOn(color),
        'brand-shade': shadeOf(color),
        accent: readableOn(SURFACES[theme], color),
      },
    };
  }

  /** Styles that put a frame into the configured corner, so many pixels above its place. */
  corner(above = 0) {
    const { alignment = 'Auto', sideSpace = 0, bottomSpace = 0 } = this.#config.position ?? {};
    // Assumption: Auto is the side on which a line ends.
    const onLeft = alignment === 'Left' || (alignment === 'Auto' && this.#words.dir === 'rtl');
    const side = `${sideSpace || EDGE}px`;
    return {
      left: onLeft ? side : 'auto',
      right: onLeft ? 'auto' : side,
      bottom: `${(bottomSpace || EDGE) + above}px`,
      top: 'auto',
    };
  }

  async #speak(lang) {
    this.#words = await loadTexts(lang, this.#config.customI18nLabels);
  }

  #tell() {
    this.#listeners.forEach((listener) => listener());
  }
}
