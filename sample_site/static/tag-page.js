/** Entry of the tag manager page: fires the tag as a tag manager would, when it is asked to. */
import { addCopyButtons } from './copy.js';
import { watchMessenger } from './status.js';

addCopyButtons();

const fire = document.getElementById('fire');
fire.hidden = false;
fire.addEventListener('click', () => {
  fire.disabled = true;
  const tag = document.getElementById('messenger-tag').content;
  document.body.append(document.importNode(tag, true));
  // The tag waits for the rest of the page, so its listener is ahead of this one.
  if (document.readyState === 'complete') watchMessenger();
  else addEventListener('load', watchMessenger);
});
