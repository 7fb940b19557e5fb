/** Shows each step of the sign-in in plain words, while it happens. */
import { failureWords } from './failure-words.js';
import { tab } from './memory.js';
import { hasText, settings, text } from './settings.js';
import { clearSteps, steps } from './steps.js';

const byId = (id) => document.getElementById(id);
const language = () => settings.site.defaultLanguage;

function element(name, words, more = {}) {
  return Object.assign(document.createElement(name), { textContent: words }, more);
}

const briefly = (name) => (hasText(`step_${name}`) ? text(`step_${name}`) : name);

/** Why something failed is said in full where the failure is shown; here it is one step of many. */
const stepWords = ({ name, details }) =>
  name === 'failed' && details?.code ? failureWords(details) : briefly(name);

function timeOf(step) {
  const at = new Date(step.at);
  const words = at.toLocaleTimeString(language(), { hourCycle: 'h23' });
  return element('time', words, { dateTime: at.toISOString() });
}

function passed(step, before) {
  const seconds = (new Date(step.at) - new Date(before.at)) / 1000;
  const digits = seconds < 10 ? 2 : 0;
  const shown = seconds.toLocaleString(language(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return element('span', text('seconds_later', { seconds: shown }), { className: 'passed' });
}

function facts(details) {
  const list = document.createElement('dl');
  for (const [name, value] of Object.entries(details ?? {})) {
    if (value === undefined || value === null || value === '') continue;
    const row = document.createElement('div');
    row.append(element('dt', name, { translate: false }), element('dd', String(value), { translate: false }));
    list.append(row);
  }
  return list;
}

function item(step, before) {
  const entry = document.createElement('li');
  entry.dataset.step = step.name;
  const head = element('p', '', { className: 'step-time' });
  head.append(timeOf(step));
  if (before) head.append(passed(step, before));
  entry.append(head, element('p', stepWords(step), { className: 'step-words' }));
  const list = facts(step.details);
  if (list.childElementCount) entry.append(list);
  return entry;
}

function show() {
  const all = steps();
  byId('timeline-steps').replaceChildren(...all.map((step, index) => item(step, all[index - 1])));
  byId('timeline-steps').scrollTop = byId('timeline-steps').scrollHeight;
  const newest = all.at(-1)?.name;
  byId('timeline-newest').textContent = newest ? briefly(newest) : text('no_steps');
}

/** Show the steps so far and each that follows. */
export function showTimeline() {
  const timeline = byId('timeline');
  timeline.hidden = false;
  timeline.open = tab.read('timeline') === 'open';
  timeline.addEventListener('toggle', () => {
    tab.keep('timeline', timeline.open ? 'open' : null);
    show();
  });
  byId('timeline-clear').addEventListener('click', () => {
    clearSteps();
    show();
  });
  document.addEventListener('sign-in:step', show);
  show();
}
