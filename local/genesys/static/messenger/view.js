/** What the chat window shows, from what the plugins know: no state, no page. */

/**
 * The window's state beside its look.
 *
 * `auth`: `{isNeeded, isBusy, hasFailed, canAsk}` of the sign-in; `talk`: what MessagingService
 * describes; `texts`: the words. A `gate` stands in place of the conversation.
 */
export function describeWindow({ auth, talk, isEnabled, texts }) {
  return {
    gate: gateOf(auth, isEnabled, texts),
    banner: bannerOf(talk, texts),
    messages: talk.messages,
    typing: talk.typing === '' ? '' : `${talk.typing.trim() || texts.agent} ${texts.typing}`,
    ending: endingOf(talk, texts),
    canClear: talk.canClear,
    canStepUp: talk.canStepUp,
  };
}

function gateOf({ isNeeded, isBusy, hasFailed, canAsk }, isEnabled, texts) {
  if (!isEnabled) {
    return { title: texts.unavailable, text: '', action: '', isBusy: false };
  }
  if (!isNeeded) {
    return null;
  }
  const action = canAsk ? (hasFailed ? texts.again : texts.signIn) : '';
  if (isBusy) {
    return { title: texts.signingIn, text: '', action: '', isBusy };
  }
  return hasFailed
    ? { title: texts.failedTitle, text: texts.failedText, action, isBusy }
    : { title: texts.signedOutTitle, text: texts.signedOutText, action, isBusy };
}

function bannerOf({ phase, isOffline, isWarning, notice, ended }, texts) {
  if (isOffline) {
    return texts.offline;
  }
  if (phase === 'ended') {
    const words = { expired: 'expiredText', readOnly: 'readOnly' };
    return texts[words[ended] ?? 'elsewhere'];
  }
  if (phase === 'lost' || phase === 'offline') {
    return texts.reconnecting;
  }
  if (notice !== '') {
    return texts[notice];
  }
  return isWarning ? texts.warning : '';
}

function endingOf({ phase, ended }, texts) {
  if (phase === 'offline') {
    return texts.again;
  }
  if (phase !== 'ended') {
    return '';
  }
  return ended === 'expired' || ended === 'readOnly' ? texts.startNew : texts.continueHere;
}
