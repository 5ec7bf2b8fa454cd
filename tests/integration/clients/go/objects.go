package main

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/util/retry"
)

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"made-by": "client-go"}}, Data: data}
}

// typedStory: create, get, conflict and retry, patch, delete with preconditions.
func typedStory(s *stage) error {
	maps := s.typed.CoreV1().ConfigMaps(s.ns)
	made, err := maps.Create(s.ctx, configMap("one", map[string]string{"a": "1"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if _, err := maps.Create(s.ctx, configMap("one", nil), metav1.CreateOptions{}); !errors.IsAlreadyExists(err) {
		return fmt.Errorf("a second create: %v", err)
	}
	stale := made.DeepCopy()
	made.Data["a"] = "2"
	if made, err = maps.Update(s.ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	stale.Data["a"] = "3"
	if _, err := maps.Update(s.ctx, stale, metav1.UpdateOptions{}); !errors.IsConflict(err) {
		return fmt.Errorf("a stale update: %v", err)
	}
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		newest, err := maps.Get(s.ctx, "one", metav1.GetOptions{})
		if err != nil {
			return err
		}
		newest.Data["b"] = "x"
		_, err = maps.Update(s.ctx, newest, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	patched, err := maps.Patch(s.ctx, "one", types.StrategicMergePatchType, []byte(`{"data":{"a":null,"c":"y"}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := expect(len(patched.Data) == 2 && patched.Data["c"] == "y", "after the patch: %v", patched.Data); err != nil {
		return err
	}
	wrong := types.UID("not-the-one")
	if err := maps.Delete(s.ctx, "one", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}}); !errors.IsConflict(err) {
		return fmt.Errorf("a delete of another one: %v", err)
	}
	if err := maps.Delete(s.ctx, "one", metav1.DeleteOptions{}); err != nil {
		return err
	}
	if _, err := maps.Get(s.ctx, "one", metav1.GetOptions{}); !errors.IsNotFound(err) {
		return fmt.Errorf("after the delete: %v", err)
	}
	_, err = maps.Create(s.ctx, configMap("Not A Name", nil), metav1.CreateOptions{})
	return expect(errors.IsInvalid(err) && strings.Contains(err.Error(), "metadata.name"), "an invalid name: %v", err)
}

// protobufStory: the same over protobuf bodies, and binary data that must not change.
func protobufStory(s *stage) error {
	if err := typedStory(s); err != nil {
		return err
	}
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "bytes"}, Data: map[string][]byte{"all": bytes}}
	if _, err := s.typed.CoreV1().Secrets(s.ns).Create(s.ctx, secret, metav1.CreateOptions{}); err != nil {
		return err
	}
	got, err := s.typed.CoreV1().Secrets(s.ns).Get(s.ctx, "bytes", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return expect(string(got.Data["all"]) == string(bytes) && got.Type == corev1.SecretTypeOpaque, "the bytes changed: %v", got)
}

// discoveryStory: every served group and version answers, and its OpenAPI document is one.
func discoveryStory(s *stage) error {
	lists, err := s.typed.Discovery().ServerPreferredResources()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, list := range lists {
		for _, resource := range list.APIResources {
			known[list.GroupVersion+" "+resource.Kind] = true
		}
	}
	for _, kind := range []string{"v1 Pod", "apps/v1 Deployment", "coordination.k8s.io/v1 Lease"} {
		if !known[kind] {
			return fmt.Errorf("not discovered: %s", kind)
		}
	}
	paths, err := s.typed.Discovery().OpenAPIV3().Paths()
	if err != nil {
		return err
	}
	for name, path := range paths {
		document, err := path.Schema("application/json")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !strings.Contains(string(document), `"openapi"`) {
			return fmt.Errorf("%s is no OpenAPI document", name)
		}
	}
	return expect(paths["api/v1"] != nil, "no document for api/v1")
}

// dynamicStory: objects without types.
func dynamicStory(s *stage) error {
	deployments := s.dynamic.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}).Namespace(s.ns)
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{
			"replicas": int64(1),
			"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
			"template": map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"app": "web"}},
				"spec":     map[string]any{"containers": []any{map[string]any{"name": "c", "image": "wheelhouse.dev/demo:1"}}},
			},
		},
	}}
	made, err := deployments.Create(s.ctx, object, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	policy, _, _ := unstructured.NestedString(made.Object, "spec", "template", "spec", "restartPolicy")
	if err := expect(policy == "Always", "defaults are not in the answer: %v", made.Object); err != nil {
		return err
	}
	if _, err := deployments.Patch(s.ctx, "web", types.JSONPatchType, []byte(`[{"op":"replace","path":"/spec/replicas","value":2}]`), metav1.PatchOptions{}, "scale"); err != nil {
		return err
	}
	list, err := deployments.List(s.ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 {
		return fmt.Errorf("listed %d", len(list.Items))
	}
	replicas, _, _ := unstructured.NestedInt64(list.Items[0].Object, "spec", "replicas")
	if err := expect(replicas == 2, "replicas after scaling: %d", replicas); err != nil {
		return err
	}
	background := metav1.DeletePropagationBackground
	return deployments.DeleteCollection(s.ctx, metav1.DeleteOptions{PropagationPolicy: &background}, metav1.ListOptions{})
}

// metadataStory: what garbage collectors read.
func metadataStory(s *stage) error {
	if _, err := s.typed.CoreV1().ConfigMaps(s.ns).Create(s.ctx, configMap("one", map[string]string{"secret": "stuff"}), metav1.CreateOptions{}); err != nil {
		return err
	}
	client, err := metadata.NewForConfig(s.config)
	if err != nil {
		return err
	}
	list, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(s.ns).List(s.ctx, metav1.ListOptions{LabelSelector: "made-by=client-go"})
	if err != nil {
		return err
	}
	return expect(len(list.Items) == 1 && list.Items[0].Name == "one" && list.Items[0].UID != "", "listed %v", list.Items)
}

// applyStory: two managers of one object, a conflict, force, and giving up a field.
func applyStory(s *stage) error {
	maps := s.typed.CoreV1().ConfigMaps(s.ns)
	mine := corev1apply.ConfigMap("shared", s.ns).WithData(map[string]string{"a": "1", "b": "1"})
	if _, err := maps.Apply(s.ctx, mine, metav1.ApplyOptions{FieldManager: "first"}); err != nil {
		return err
	}
	theirs := corev1apply.ConfigMap("shared", s.ns).WithData(map[string]string{"b": "2", "c": "2"})
	_, err := maps.Apply(s.ctx, theirs, metav1.ApplyOptions{FieldManager: "second"})
	if !errors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "first"`) {
		return fmt.Errorf("a conflicting apply: %v", err)
	}
	got, err := maps.Apply(s.ctx, theirs, metav1.ApplyOptions{FieldManager: "second", Force: true})
	if err != nil {
		return err
	}
	if err := expect(got.Data["a"] == "1" && got.Data["b"] == "2" && got.Data["c"] == "2", "after force: %v", got.Data); err != nil {
		return err
	}
	version := got.ResourceVersion
	if got, err = maps.Apply(s.ctx, theirs, metav1.ApplyOptions{FieldManager: "second"}); err != nil {
		return err
	}
	if err := expect(got.ResourceVersion == version, "applying the same again changed the object"); err != nil {
		return err
	}
	mine = corev1apply.ConfigMap("shared", s.ns).WithData(map[string]string{})
	if got, err = maps.Apply(s.ctx, mine, metav1.ApplyOptions{FieldManager: "first"}); err != nil {
		return err
	}
	_, there := got.Data["a"]
	if err := expect(!there && got.Data["c"] == "2", "a field nobody applies any more stays: %v", got.Data); err != nil {
		return err
	}
	extracted, err := corev1apply.ExtractConfigMap(got, "second")
	if err != nil {
		return err
	}
	return expect(len(extracted.Data) == 2, "extracted %v", extracted.Data)
}
