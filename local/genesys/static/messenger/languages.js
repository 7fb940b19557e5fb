/** Which of a deployment's languages a visitor gets, and the words in it. */

/** Languages whose words are here. Others are shown in English, and marked as English. */
const WRITTEN = new Set(['ar', 'de', 'en-us', 'es', 'fr', 'it', 'ja', 'nl', 'pt-br']);
const ENGLISH = 'en-us';
const RIGHT_TO_LEFT = new Set(['ar', 'he']);

/**
 * The language of a configuration that suits a visitor best.
 *
 * `wishes` are language tags, dearest first. Assumption: the browser's languages come before the
 * default language; `pt` and `pt-pt` suit `pt-br`, as any English suits `en-us`.
 */
export function chooseLanguage({ languages, defaultLanguage }, wishes) {
  const offered = new Map(languages.map((tag) => [tag.toLowerCase(), tag]));
  for (const wish of wishes) {
    const tag = wish.toLowerCase();
    const found = offered.get(tag) ?? offered.get(base(tag)) ?? offered.get(written(tag));
    const related = languages.find((one) => base(one) === base(tag) && base(tag) !== 'zh');
    if (found ?? related) {
      return found ?? related;
    }
  }
  return defaultLanguage;
}

/** `{lang, shown, dir, text(name, values)}`; `shown` is the language that the words are in. */
export async function loadTexts(lang, labels = []) {
  const shown = WRITTEN.has(lang.toLowerCase()) ? lang.toLowerCase() : ENGLISH;
  const { default: texts } = await import(`./texts/${shown}.js`);
  const own = labels.find((one) => one.language?.toLowerCase() === lang.toLowerCase());
  const labelled = Object.fromEntries(
    (own?.localizedLabels ?? []).map(({ key, value }) => [key, value]),
  );
  return {
    lang,
    shown: shown === ENGLISH ? 'en' : shown,
    dir: RIGHT_TO_LEFT.has(shown) ? 'rtl' : 'ltr',
    texts: {
      ...texts,
      title: labelled.MessengerHomeHeaderTitle ?? texts.title,
      subtitle: labelled.MessengerHomeHeaderSubTitle ?? texts.subtitle,
      launcher: labelled.MessengerLauncherButtonText ?? texts.launcher,
    },
  };
}

function base(tag) {
  return tag.toLowerCase().split('-')[0];
}

/** Chinese is written in two ways: a script or a region tells which. */
function written(tag) {
  if (base(tag) !== 'zh') {
    return undefined;
  }
  return /hant|tw|hk|mo/.test(tag) ? 'zh-tw' : 'zh-cn';
}
