// What programs written with @kubernetes/client-node do, against the server of a kubeconfig: one story by name.
import * as k8s from '@kubernetes/client-node';
import assert from 'node:assert/strict';

const deadline = 60_000;
const [kubeconfig, name] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const namespace = `node-${name}`;

const configMap = (name, data = {}) => ({ metadata: { name, labels: { made: 'node' } }, data });

async function until(what, done) {
  const end = Date.now() + deadline;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const stories = {
  async typed() {
    await core.createNamespacedConfigMap({ namespace, body: configMap('one', { a: '1' }) });
    await assert.rejects(core.createNamespacedConfigMap({ namespace, body: configMap('one') }), (error) => {
      assert.equal(error.code, 409);
      return true;
    });
    const got = await core.readNamespacedConfigMap({ namespace, name: 'one' });
    assert.ok(got.metadata.creationTimestamp instanceof Date);
    const patched = await core.patchNamespacedConfigMap(
      { namespace, name: 'one', body: [{ op: 'add', path: '/data/b', value: '2' }] },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch),
    );
    assert.deepEqual(patched.data, { a: '1', b: '2' });
    await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
    await assert.rejects(core.readNamespacedConfigMap({ namespace, name: 'one' }), (error) => error.code === 404);
  },

  async watch() {
    const list = await core.listNamespacedConfigMap({ namespace });
    const seen = [];
    const watch = new k8s.Watch(config);
    let ended;
    const over = new Promise((resolve) => (ended = resolve));
    const request = await watch.watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { resourceVersion: list.metadata.resourceVersion, labelSelector: 'made=node', allowWatchBookmarks: true },
      (type, object) => type !== 'BOOKMARK' && seen.push(`${type} ${object.metadata.name}`),
      ended,
    );
    await core.createNamespacedConfigMap({ namespace, body: configMap('one') });
    await core.replaceNamespacedConfigMap({ namespace, name: 'one', body: configMap('one', { a: '1' }) });
    await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
    await until('three events', () => seen.length === 3);
    request.abort();
    await over;
    assert.deepEqual(seen, ['ADDED one', 'MODIFIED one', 'DELETED one']);
  },

  async informer() {
    for (let i = 0; i < 5; ++i) await core.createNamespacedConfigMap({ namespace, body: configMap(`early-${i}`) });
    const informer = k8s.makeInformer(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector: 'made=node' }),
      'made=node',
    );
    const events = { add: 0, update: 0, delete: 0 };
    for (const event of Object.keys(events)) informer.on(event, () => ++events[event]);
    informer.on('error', (error) => console.error(error));
    await informer.start();
    await until('the first list', () => events.add === 5 && informer.list().length === 5);
    await core.createNamespacedConfigMap({ namespace, body: configMap('late') });
    await until('the addition', () => events.add === 6);
    await core.replaceNamespacedConfigMap({ namespace, name: 'late', body: configMap('late', { a: '1' }) });
    await until('the change', () => events.update >= 1);
    await core.deleteNamespacedConfigMap({ namespace, name: 'late' });
    await until('the deletion', () => events.delete === 1 && informer.list().length === 5);
    await informer.stop();
  },

  async deployment() {
    const labels = { app: 'web' };
    await apps.createNamespacedDeployment({
      namespace,
      body: {
        metadata: { name: 'web' },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [{ name: 'demo', image: 'wheelhouse.dev/demo:1' }],
              tolerations: [{ key: 'wheelhouse.dev/simulated', operator: 'Exists' }],
            },
          },
        },
      },
    });
    await until('two ready replicas', async () => {
      const got = await apps.readNamespacedDeployment({ namespace, name: 'web' });
      return got.status?.readyReplicas === 2;
    });
    const pods = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    const log = await core.readNamespacedPodLog({ namespace, name: pods.items[0].metadata.name });
    assert.equal(typeof log, 'string');
    await apps.patchNamespacedDeploymentScale(
      { namespace, name: 'web', body: { spec: { replicas: 0 } } },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
    );
    await until('no pods', async () => (await core.listNamespacedPod({ namespace })).items.length === 0);
  },

  async objects() {
    const client = k8s.KubernetesObjectApi.makeApiClient(config);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any', namespace }, data: { a: '1' } };
    await client.create(object);
    const got = await client.read({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any', namespace } });
    assert.equal(got.data.a, '1');
    const applied = await client.patch(
      { ...object, data: { b: '2' } },
      undefined,
      undefined,
      'node',
      true,
      k8s.PatchStrategy.ServerSideApply,
    );
    assert.equal(applied.data.b, '2');
    await client.delete(object);
  },
};

try {
  await core.createNamespace({ body: { metadata: { name: namespace } } });
  await stories[name]();
  process.exit(0);
} catch (error) {
  console.error(`${name}:`, error);
  process.exit(1);
}
