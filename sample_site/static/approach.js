/** Which approach this tab signs in by: the one that was chosen for the tab, or the site's own. */
import { tab } from './memory.js';
import { settings } from './settings.js';

/** The approach in use on this page. */
export function thisTabsApproach() {
  const chosen = tab.read('approach');
  return settings.approaches.includes(chosen) ? chosen : settings.approach;
}

/** Use an approach in this tab from the next page on; null: the site's own. */
export const useInThisTab = (approach) => tab.keep('approach', approach);
