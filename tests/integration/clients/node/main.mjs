// What programs written with @kubernetes/client-node do, against the server of a kubeconfig: one story by name.
import * as k8s from '@kubernetes/client-node';
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';

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

async function runningPod(name) {
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name },
      spec: {
        containers: [{ name: 'demo', image: 'wheelhouse.dev/demo:1' }],
        tolerations: [{ key: 'wheelhouse.dev/simulated', operator: 'Exists' }],
      },
    },
  });
  await until('the pod runs', async () => {
    const got = await core.readNamespacedPod({ namespace, name });
    return got.status?.phase === 'Running';
  });
}

/** A stream's text so far. */
function collected(stream) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** Runs a command to its end: its output, its complaints and the Status it ended with. */
async function exec(command, input, tty = false) {
  const out = new PassThrough();
  const err = new PassThrough();
  const said = collected(out);
  const complained = collected(err);
  const status = await new Promise((resolve, reject) => {
    new k8s.Exec(config)
      .exec(namespace, 'one', 'demo', command, out, tty ? null : err, input ?? null, tty, resolve)
      .catch(reject);
  });
  return { out: said(), err: complained(), status };
}

const stories = {
  async exec() {
    await runningPod('one');
    const said = await exec(['echo', 'two words', 'here']);
    assert.equal(said.out, 'two words here\n');
    assert.equal(said.status.status, 'Success');
    const failed = await exec(['sh', '-c', 'exit 4']);
    assert.equal(failed.status.reason, 'NonZeroExitCode');
    assert.deepEqual(failed.status.details.causes[0], { reason: 'ExitCode', message: '4' });
    assert.match((await exec(['cat', '/none'])).err, /No such file/);
    // Input with an end to it, which a client of v5 can say.
    const much = Buffer.alloc(1_000_000, 'abcdefghij');
    const echoed = await exec(['cat'], Readable.from([much.subarray(0, 400_000), much.subarray(400_000)]));
    assert.equal(echoed.status.status, 'Success');
    assert.equal(echoed.out, much.toString());
    await assert.rejects(new k8s.Exec(config).exec(namespace, 'none', 'demo', ['ls'], null, null, null, false));
  },

  async attach() {
    await runningPod('one');
    const out = new PassThrough();
    const said = collected(out);
    const socket = await new k8s.Attach(config).attach(namespace, 'one', 'demo', out, null, null, false);
    await until('a line of the container', () => said().includes('\n'));
    socket.close();
  },

  async cp() {
    await runningPod('one');
    const folder = mkdtempSync(join(tmpdir(), 'wheelhouse-cp-'));
    writeFileSync(join(folder, 'note'), 'copied');
    await new k8s.Cp(config).cpToPod(namespace, 'one', 'demo', folder, '/tmp');
    await until('the file is there', async () => (await exec(['cat', '/tmp/note'])).out === 'copied');
  },

  async portforward() {
    await runningPod('one');
    const forward = new k8s.PortForward(config);
    const server = createServer((socket) => {
      forward.portForward(namespace, 'one', [8080], socket, null, socket).catch((error) => socket.destroy(error));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const page = () =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, path: '/hostname', agent: false }, (answer) => {
          const text = collected(answer);
          answer.on('end', () => resolve(text()));
        }).on('error', reject);
      });
    assert.deepEqual(await Promise.all([page(), page(), page(), page()]), Array(4).fill('one\n'));
    server.close();
  },

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
