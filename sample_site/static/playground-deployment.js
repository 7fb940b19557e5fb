/** The playground's form for another deployment. */
import { markMistakes } from './form.js';
import { deploymentMistakes, findEnvironment, readDeployment } from './playground-settings.js';
import { settings } from './settings.js';

/** Fill the form in and call `use` with what was entered, or `useOwn`. */
export function bindDeploymentForm({ deployment, use, useOwn }) {
  const form = document.getElementById('deployment-form');
  const { deploymentId, environment } = form.elements;
  deploymentId.value = deployment.deploymentId;
  environment.value = findEnvironment(settings.environments, deployment.environment).name;

  // A whole snippet may be pasted: it names the environment as well.
  deploymentId.addEventListener('input', () => {
    const pasted = readDeployment(deploymentId.value);
    const found = findEnvironment(settings.environments, pasted.environment);
    if (pasted.deploymentId !== deploymentId.value) deploymentId.value = pasted.deploymentId;
    if (found) environment.value = found.name;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const entered = { ...readDeployment(deploymentId.value), environment: environment.value };
    if (markMistakes(form, deploymentMistakes(entered))) use(entered);
  });
  document.getElementById('deployment-own').addEventListener('click', useOwn);
}
