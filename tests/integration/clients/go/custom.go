package main

import (
	"encoding/json"
	"fmt"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
)

var definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

const schemaOfNoxus = `{
  "description": "Noxu CRD for testing",
  "type": "object",
  "required": ["spec"],
  "properties": {
    "spec": {
      "description": "What is wanted.",
      "type": "object",
      "properties": {
        "color": {"type": "string", "default": "blue", "enum": ["blue", "red", "green"]},
        "replicas": {"type": "integer", "minimum": 0},
        "size": {"x-kubernetes-int-or-string": true},
        "ports": {
          "type": "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port", "protocol"],
          "items": {
            "type": "object",
            "required": ["port"],
            "properties": {
              "port": {"type": "integer"},
              "protocol": {"type": "string", "default": "TCP"},
              "name": {"type": "string"}
            }
          }
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "anything": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
      }
    },
    "status": {
      "type": "object",
      "properties": {"replicas": {"type": "integer"}, "selector": {"type": "string"}, "phase": {"type": "string"}}
    }
  }
}`

func noxuDefinition(group string, versions ...string) *unstructured.Unstructured {
	var list []any
	for i, version := range versions {
		var whole any
		if err := json.Unmarshal([]byte(schemaOfNoxus), &whole); err != nil {
			panic(err)
		}
		list = append(list, map[string]any{
			"name": version, "served": true, "storage": i == 0,
			"schema": map[string]any{"openAPIV3Schema": whole},
			"subresources": map[string]any{
				"status": map[string]any{},
				"scale": map[string]any{"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas",
					"labelSelectorPath": ".status.selector"},
			},
			"selectableFields": []any{map[string]any{"jsonPath": ".spec.color"}},
			"additionalPrinterColumns": []any{
				map[string]any{"name": "Color", "type": "string", "jsonPath": ".spec.color"}},
		})
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "noxus." + group},
		"spec": map[string]any{
			"group": group, "scope": "Namespaced", "versions": list,
			"names": map[string]any{"plural": "noxus", "singular": "noxu", "kind": "Noxu", "shortNames": []any{"nx"},
				"categories": []any{"all"}},
		},
	}}
}

func noxu(group, version, name, spec string) *unstructured.Unstructured {
	var parsed any
	if err := json.Unmarshal([]byte(spec), &parsed); err != nil {
		panic(err)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/" + version, "kind": "Noxu", "metadata": map[string]any{"name": name}, "spec": parsed}}
}

func conditionOf(object *unstructured.Unstructured, kind string) string {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, each := range conditions {
		if condition := each.(map[string]any); condition["type"] == kind {
			return condition["status"].(string)
		}
	}
	return ""
}

// define makes a definition and waits until it is established.
func (s *stage) define(definition *unstructured.Unstructured) error {
	all := s.dynamic.Resource(definitions)
	if _, err := all.Create(s.ctx, definition, metav1.CreateOptions{}); err != nil {
		return err
	}
	return s.await("the definition is established", func() (bool, error) {
		now, err := all.Get(s.ctx, definition.GetName(), metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return conditionOf(now, "Established") == "True" && conditionOf(now, "NamesAccepted") == "True", nil
	})
}

func (s *stage) undefine(name string) error {
	all := s.dynamic.Resource(definitions)
	if err := all.Delete(s.ctx, name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return s.await("the definition is gone", func() (bool, error) {
		_, err := all.Get(s.ctx, name, metav1.GetOptions{})
		return errors.IsNotFound(err), nil
	})
}

func text(object *unstructured.Unstructured, path ...string) string {
	value, _, _ := unstructured.NestedFieldNoCopy(object.Object, path...)
	out, _ := json.Marshal(value)
	return string(out)
}

// customStory: objects of a definition through the dynamic client, as any other.
func customStory(s *stage) error {
	const group = "custom.example.com"
	if err := s.define(noxuDefinition(group, "v1", "v1beta1")); err != nil {
		return err
	}
	resource := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "noxus"}
	noxus := s.dynamic.Resource(resource).Namespace(s.ns)
	steps := []func(*stage, string, dynamic.ResourceInterface) error{
		customObjects, customApply, customStatusAndScale, customSelectors, customWatch, customOwners, customNamespace, customQuota}
	for i, step := range steps {
		if err := step(s, group, noxus); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	// The other version shows the same objects.
	old := s.dynamic.Resource(resource.GroupResource().WithVersion("v1beta1")).Namespace(s.ns)
	seen, err := old.Get(s.ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := expect(seen.GetAPIVersion() == group+"/v1beta1", "the other version: %s", seen.GetAPIVersion()); err != nil {
		return err
	}
	if err := s.undefine("noxus." + group); err != nil {
		return err
	}
	_, err = noxus.List(s.ctx, metav1.ListOptions{})
	return expect(errors.IsNotFound(err), "a list after the end: %v", err)
}

func customObjects(s *stage, group string, noxus dynamic.ResourceInterface) error {
	made, err := noxus.Create(s.ctx, noxu(group, "v1", "one", `{"replicas":1,"nope":true,"anything":{"a":[1,{"b":null}]}}`), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if got := text(made, "spec"); got != `{"anything":{"a":[1,{"b":null}]},"color":"blue","replicas":1}` {
		return fmt.Errorf("defaulted and pruned: %s", got)
	}
	strict := metav1.CreateOptions{FieldValidation: "Strict"}
	if _, err := noxus.Create(s.ctx, noxu(group, "v1", "two", `{"nope":true}`), strict); !errors.IsBadRequest(err) || !strings.Contains(err.Error(), `unknown field "spec.nope"`) {
		return fmt.Errorf("an unknown field: %v", err)
	}
	if _, err := noxus.Create(s.ctx, noxu(group, "v1", "two", `{"color":"mauve"}`), metav1.CreateOptions{}); !errors.IsInvalid(err) || !strings.Contains(err.Error(), `spec.color: Unsupported value: "mauve"`) {
		return fmt.Errorf("a wrong value: %v", err)
	}
	if _, err := noxus.Patch(s.ctx, "one", types.StrategicMergePatchType, []byte(`{"spec":{"color":"red"}}`), metav1.PatchOptions{}); !errors.IsUnsupportedMediaType(err) {
		return fmt.Errorf("a strategic patch: %v", err)
	}
	patched, err := noxus.Patch(s.ctx, "one", types.JSONPatchType, []byte(`[{"op":"replace","path":"/spec/color","value":"green"}]`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if patched, err = noxus.Patch(s.ctx, "one", types.MergePatchType, []byte(`{"spec":{"replicas":null}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	if err := expect(text(patched, "spec", "replicas") == "null" && patched.GetGeneration() == 3, "after two patches: %v", patched.Object); err != nil {
		return err
	}
	stale := made.DeepCopy()
	if _, err := noxus.Update(s.ctx, stale, metav1.UpdateOptions{}); !errors.IsConflict(err) {
		return fmt.Errorf("a stale update: %v", err)
	}
	dry, err := noxus.Create(s.ctx, noxu(group, "v1", "dry", `{}`), metav1.CreateOptions{DryRun: []string{"All"}})
	if err != nil || text(dry, "spec", "color") != `"blue"` {
		return fmt.Errorf("a dry run: %v %v", dry, err)
	}
	if _, err := noxus.Get(s.ctx, "dry", metav1.GetOptions{}); !errors.IsNotFound(err) {
		return fmt.Errorf("after the dry run: %v", err)
	}
	return noxus.Delete(s.ctx, "one", metav1.DeleteOptions{})
}

// customApply: server-side apply goes by the list types of the schema.
func customApply(s *stage, group string, noxus dynamic.ResourceInterface) error {
	apply := func(manager, spec string, force bool) (*unstructured.Unstructured, error) {
		return noxus.Apply(s.ctx, "applied", noxu(group, "v1", "applied", spec), metav1.ApplyOptions{FieldManager: manager, Force: force})
	}
	if _, err := apply("a", `{"color":"red","ports":[{"port":80,"protocol":"TCP","name":"http"}],"tags":["x"]}`, false); err != nil {
		return err
	}
	both, err := apply("b", `{"ports":[{"port":80,"protocol":"UDP"}],"tags":["y"]}`, false)
	if err != nil {
		return err
	}
	if got := text(both, "spec", "ports"); got != `[{"name":"http","port":80,"protocol":"TCP"},{"port":80,"protocol":"UDP"}]` {
		return fmt.Errorf("merged by key: %s", got)
	}
	if got := text(both, "spec", "tags"); got != `["x","y"]` {
		return fmt.Errorf("a merged set: %s", got)
	}
	if _, err := apply("b", `{"color":"green"}`, false); !errors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "a": .spec.color`) {
		return fmt.Errorf("a conflict: %v", err)
	}
	if _, err := apply("b", `{"color":"green"}`, true); err != nil {
		return err
	}
	// What the first does not mention any more goes, what the second owns stays.
	left, err := apply("a", `{"tags":["x"]}`, false)
	if err != nil {
		return err
	}
	if err := expect(text(left, "spec", "color") == `"green"`, "taken over: %v", left.Object["spec"]); err != nil {
		return err
	}
	if _, err := apply("a", `{"nope":1}`, false); err == nil || !strings.Contains(err.Error(), ".spec.nope: field not declared in schema") {
		return fmt.Errorf("an unknown field: %v", err)
	}
	before := left.GetResourceVersion()
	again, err := apply("a", `{"tags":["x"]}`, false)
	if err != nil {
		return err
	}
	if err := expect(again.GetResourceVersion() == before, "nothing new, and yet written"); err != nil {
		return err
	}
	return expect(len(again.GetManagedFields()) == 2, "the record: %v", again.GetManagedFields())
}

func customStatusAndScale(s *stage, group string, noxus dynamic.ResourceInterface) error {
	object := noxu(group, "v1", "scaled", `{"replicas":2}`)
	object.Object["status"] = map[string]any{"phase": "made up"}
	made, err := noxus.Create(s.ctx, object, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err := expect(made.Object["status"] == nil, "a status at birth: %v", made.Object["status"]); err != nil {
		return err
	}
	made.Object["status"] = map[string]any{"replicas": int64(1), "selector": "app=noxu", "phase": "Ready"}
	unstructured.SetNestedField(made.Object, "red", "spec", "color")
	now, err := noxus.UpdateStatus(s.ctx, made, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	if err := expect(text(now, "status", "phase") == `"Ready"` && text(now, "spec", "color") == `"blue"`, "a status update: %v", now.Object); err != nil {
		return err
	}
	scale, err := noxus.Get(s.ctx, "scaled", metav1.GetOptions{}, "scale")
	if err != nil {
		return err
	}
	if got := text(scale, "spec", "replicas") + text(scale, "status"); got != `2{"replicas":1,"selector":"app=noxu"}` {
		return fmt.Errorf("the scale: %s", got)
	}
	if _, err := noxus.Patch(s.ctx, "scaled", types.MergePatchType, []byte(`{"spec":{"replicas":5}}`), metav1.PatchOptions{}, "scale"); err != nil {
		return err
	}
	now, err = noxus.Get(s.ctx, "scaled", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := expect(text(now, "spec", "replicas") == "5" && now.GetGeneration() == 2, "scaled: %v", now.Object); err != nil {
		return err
	}
	for _, entry := range now.GetManagedFields() {
		if entry.Subresource == "scale" && strings.Contains(string(entry.FieldsV1.Raw), "f:replicas") && entry.APIVersion == group+"/v1" {
			return nil
		}
	}
	return fmt.Errorf("nobody owns what was scaled: %v", now.GetManagedFields())
}

func customSelectors(s *stage, group string, noxus dynamic.ResourceInterface) error {
	for _, color := range []string{"red", "green"} {
		if _, err := noxus.Create(s.ctx, noxu(group, "v1", "is-"+color, `{"color":"`+color+`"}`), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	list, err := noxus.List(s.ctx, metav1.ListOptions{FieldSelector: "spec.color=red"})
	if err != nil {
		return err
	}
	if err := expect(len(list.Items) == 1 && list.Items[0].GetName() == "is-red", "by field: %d", len(list.Items)); err != nil {
		return err
	}
	_, err = noxus.List(s.ctx, metav1.ListOptions{FieldSelector: "spec.replicas=1"})
	if err := expect(errors.IsBadRequest(err), "a field nobody may select by: %v", err); err != nil {
		return err
	}
	watcher, err := noxus.Watch(s.ctx, metav1.ListOptions{FieldSelector: "spec.color=red", ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for _, color := range []string{"green", "red"} {
		patch := []byte(`{"spec":{"color":"` + color + `"}}`)
		if _, err := noxus.Patch(s.ctx, "is-red", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	for _, wanted := range []watch.EventType{watch.Deleted, watch.Added} {
		event := <-watcher.ResultChan()
		if err := expect(event.Type == wanted, "the selection: %v", event); err != nil {
			return err
		}
	}
	return noxus.DeleteCollection(s.ctx, metav1.DeleteOptions{}, metav1.ListOptions{FieldSelector: "spec.color!=blue,metadata.name!=applied"})
}

func customWatch(s *stage, group string, noxus dynamic.ResourceInterface) error {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(s.dynamic, 0, s.ns, nil)
	informer := factory.ForResource(schema.GroupVersionResource{Group: group, Version: "v1", Resource: "noxus"}).Informer()
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	if !cache.WaitForCacheSync(stop, informer.HasSynced) {
		return fmt.Errorf("the informer never came to agree")
	}
	if _, err := noxus.Create(s.ctx, noxu(group, "v1", "late", `{}`), metav1.CreateOptions{}); err != nil {
		return err
	}
	has := func(wanted bool) func() (bool, error) {
		return func() (bool, error) {
			_, known, err := informer.GetStore().GetByKey(s.ns + "/late")
			return known == wanted, err
		}
	}
	if err := s.await("the informer sees it", has(true)); err != nil {
		return err
	}
	if err := noxus.Delete(s.ctx, "late", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return s.await("the informer sees it go", has(false))
}

// customOwners: what belongs to a custom object goes with it, or is let go.
func customOwners(s *stage, group string, noxus dynamic.ResourceInterface) error {
	own := func(owner *unstructured.Unstructured, name string) error {
		object := noxu(group, "v1", name, `{}`)
		object.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: group + "/v1", Kind: "Noxu", Name: owner.GetName(), UID: owner.GetUID()}})
		_, err := noxus.Create(s.ctx, object, metav1.CreateOptions{})
		return err
	}
	for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan} {
		owner, err := noxus.Create(s.ctx, noxu(group, "v1", "owner", `{}`), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if err := own(owner, "owned"); err != nil {
			return err
		}
		if err := noxus.Delete(s.ctx, "owner", metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
			return err
		}
		err = s.await("the owner goes, "+string(policy), func() (bool, error) {
			_, err := noxus.Get(s.ctx, "owner", metav1.GetOptions{})
			return errors.IsNotFound(err), nil
		})
		if err != nil {
			return err
		}
		err = s.await("what it owned follows, "+string(policy), func() (bool, error) {
			owned, err := noxus.Get(s.ctx, "owned", metav1.GetOptions{})
			if policy == metav1.DeletePropagationOrphan {
				return err == nil && len(owned.GetOwnerReferences()) == 0, err
			}
			return errors.IsNotFound(err), nil
		})
		if err != nil {
			return err
		}
	}
	return noxus.Delete(s.ctx, "owned", metav1.DeleteOptions{})
}

// customNamespace: a namespace goes only once its custom objects have gone.
func customNamespace(s *stage, group string, _ dynamic.ResourceInterface) error {
	spaces := s.typed.CoreV1().Namespaces()
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.ns + "-brief"}}
	if _, err := spaces.Create(s.ctx, space, metav1.CreateOptions{}); err != nil {
		return err
	}
	inside := s.dynamic.Resource(schema.GroupVersionResource{Group: group, Version: "v1", Resource: "noxus"}).Namespace(space.Name)
	held := noxu(group, "v1", "held", `{}`)
	held.SetFinalizers([]string{group + "/hold"})
	if _, err := inside.Create(s.ctx, held, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := spaces.Delete(s.ctx, space.Name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	err := s.await("the namespace says what it waits for", func() (bool, error) {
		now, err := spaces.Get(s.ctx, space.Name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, condition := range now.Status.Conditions {
			if condition.Type == corev1.NamespaceContentRemaining && condition.Status == corev1.ConditionTrue {
				return strings.Contains(condition.Message, "noxus."+group), nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if _, err := inside.Patch(s.ctx, "held", types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	return s.await("the namespace is gone", func() (bool, error) {
		_, err := spaces.Get(s.ctx, space.Name, metav1.GetOptions{})
		return errors.IsNotFound(err), nil
	})
}

// customQuota: custom objects are counted like any others.
func customQuota(s *stage, group string, noxus dynamic.ResourceInterface) error {
	quotas := s.typed.CoreV1().ResourceQuotas(s.ns)
	counted := corev1.ResourceName("count/noxus." + group)
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "few"}}
	if _, err := quotas.Create(s.ctx, quota, metav1.CreateOptions{}); err != nil {
		return err
	}
	list, err := noxus.List(s.ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	patch := fmt.Sprintf(`{"spec":{"hard":{%q:"%d"}}}`, counted, len(list.Items)+1)
	if _, err := quotas.Patch(s.ctx, "few", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		return err
	}
	if _, err := noxus.Create(s.ctx, noxu(group, "v1", "last", `{}`), metav1.CreateOptions{}); err != nil {
		return err
	}
	if _, err := noxus.Create(s.ctx, noxu(group, "v1", "too-many", `{}`), metav1.CreateOptions{}); !errors.IsForbidden(err) || !strings.Contains(err.Error(), "exceeded quota: few") {
		return fmt.Errorf("one too many: %v", err)
	}
	return s.await("the quota shows it", func() (bool, error) {
		now, err := quotas.Get(s.ctx, "few", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		used := now.Status.Used[counted]
		return used.Value() == int64(len(list.Items)+1), nil
	})
}

// definitionsStory: what the conformance suite asks of definitions themselves.
func definitionsStory(s *stage) error {
	all := s.dynamic.Resource(definitions)
	for _, group := range []string{"one.example.com", "two.example.com"} {
		definition := noxuDefinition(group, "v1")
		definition.SetLabels(map[string]string{"story": "definitions"})
		if err := s.define(definition); err != nil {
			return err
		}
	}
	labelled := metav1.ListOptions{LabelSelector: "story=definitions"}
	list, err := all.List(s.ctx, labelled)
	if err != nil {
		return err
	}
	if err := expect(len(list.Items) == 2, "%d definitions", len(list.Items)); err != nil {
		return err
	}
	// The status is written apart from the rest.
	one, err := all.Get(s.ctx, "noxus.one.example.com", metav1.GetOptions{}, "status")
	if err != nil {
		return err
	}
	conditions, _, _ := unstructured.NestedSlice(one.Object, "status", "conditions")
	conditions = append(conditions, map[string]any{"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from a test"})
	if err := unstructured.SetNestedSlice(one.Object, conditions, "status", "conditions"); err != nil {
		return err
	}
	if one, err = all.UpdateStatus(s.ctx, one, metav1.UpdateOptions{}); err != nil {
		return err
	}
	patch := []byte(`{"status":{"conditions":[{"type":"StatusPatched","status":"True","reason":"E2E","message":"Set by patch"}]}}`)
	if one, err = all.Patch(s.ctx, one.GetName(), types.MergePatchType, patch, metav1.PatchOptions{}, "status"); err != nil {
		return err
	}
	if err := expect(conditionOf(one, "StatusPatched") == "True", "the status: %v", one.Object["status"]); err != nil {
		return err
	}
	err = s.await("its own conditions are set again", func() (bool, error) {
		now, err := all.Get(s.ctx, one.GetName(), metav1.GetOptions{})
		return err == nil && conditionOf(now, "Established") == "True", err
	})
	if err != nil {
		return err
	}
	if err := published(s); err != nil {
		return err
	}
	if err := all.DeleteCollection(s.ctx, metav1.DeleteOptions{}, labelled); err != nil {
		return err
	}
	return s.await("the definitions are gone", func() (bool, error) {
		list, err := all.List(s.ctx, labelled)
		return err == nil && len(list.Items) == 0, err
	})
}

func definitionIn(document *openapi_v2.Document, name string) *openapi_v2.Schema {
	for _, each := range document.GetDefinitions().GetAdditionalProperties() {
		if each.GetName() == name {
			return each.GetValue()
		}
	}
	return nil
}

// published: discovery and both forms of the second OpenAPI know a definition's kind as soon as it is established.
func published(s *stage) error {
	resources, err := s.typed.Discovery().ServerResourcesForGroupVersion("one.example.com/v1")
	if err != nil {
		return err
	}
	names := ""
	for _, each := range resources.APIResources {
		names += each.Name + " "
	}
	if err := expect(names == "noxus noxus/scale noxus/status ", "the resources: %s", names); err != nil {
		return err
	}
	// client-go asks for protobuf.
	document, err := s.typed.Discovery().OpenAPISchema()
	if err != nil {
		return err
	}
	noxu := definitionIn(document, "com.example.one.v1.Noxu")
	if err := expect(noxu != nil && noxu.GetDescription() == "Noxu CRD for testing", "the definition: %v", noxu); err != nil {
		return err
	}
	text, err := s.typed.Discovery().RESTClient().Get().AbsPath("/openapi/v2").SetHeader("Accept", "application/json").Do(s.ctx).Raw()
	if err != nil {
		return err
	}
	// Both forms say the same.
	parsed, err := openapi_v2.ParseDocument(text)
	if err != nil {
		return err
	}
	for _, each := range parsed.GetDefinitions().GetAdditionalProperties() {
		same := definitionIn(document, each.GetName())
		if err := expect(same != nil && len(same.GetProperties().GetAdditionalProperties()) == len(each.GetValue().GetProperties().GetAdditionalProperties()) &&
			same.GetXRef() == each.GetValue().GetXRef() && same.GetDescription() == each.GetValue().GetDescription(), "%s differs", each.GetName()); err != nil {
			return err
		}
	}
	if err := expect(len(parsed.GetPaths().GetPath()) == len(document.GetPaths().GetPath()), "the paths differ"); err != nil {
		return err
	}
	// The schema comes out as it went in, less what the server adds.
	var swagger struct {
		Definitions map[string]map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(text, &swagger); err != nil {
		return err
	}
	var wanted map[string]any
	if err := json.Unmarshal([]byte(schemaOfNoxus), &wanted); err != nil {
		return err
	}
	// Unknown fields and old clients do not get along: there the properties are left out, here there are none.
	got := swagger.Definitions["com.example.one.v1.Noxu"]
	delete(got, "x-kubernetes-group-version-kind")
	properties := got["properties"].(map[string]any)
	for _, added := range []string{"apiVersion", "kind", "metadata"} {
		delete(properties, added)
	}
	left, _ := json.Marshal(got)
	right, _ := json.Marshal(wanted)
	if err := expect(string(left) == string(right), "published:\n%s\nwanted:\n%s", left, right); err != nil {
		return err
	}
	_, err = s.typed.Discovery().RESTClient().Get().AbsPath("/openapi/v3/apis/one.example.com/v1").Do(s.ctx).Raw()
	return err
}
