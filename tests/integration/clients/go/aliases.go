package main

import (
	"fmt"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/util/retry"
)

// aliasesStory: events and autoscalers are the same objects in both of their groups.
func aliasesStory(s *stage) error {
	if err := eventsOfBothGroups(s); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	return autoscalersOfBothVersions(s)
}

func eventsOfBothGroups(s *stage) error {
	fresh := s.typed.EventsV1().Events(s.ns)
	watcher, err := fresh.Watch(s.ctx, metav1.ListOptions{FieldSelector: "regarding.name=web"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	event := &eventsv1.Event{
		ObjectMeta:          metav1.ObjectMeta{Name: "e", Namespace: s.ns},
		EventTime:           metav1.NewMicroTime(time.Unix(1700000000, 123000)),
		ReportingController: "story", ReportingInstance: "story-1", Action: "Do", Reason: "Test", Type: "Normal", Note: "it happened",
	}
	event.Regarding.Kind, event.Regarding.Namespace, event.Regarding.Name = "Deployment", s.ns, "web"
	made, err := fresh.Create(s.ctx, event, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err := expect(made.Note == "it happened" && made.EventTime.Equal(&event.EventTime), "made: %v", made); err != nil {
		return err
	}
	seen := <-watcher.ResultChan()
	if err := expect(seen.Type == watch.Added && seen.Object.(*eventsv1.Event).Note == "it happened", "watched: %v", seen); err != nil {
		return err
	}
	old, err := s.typed.CoreV1().Events(s.ns).Get(s.ctx, "e", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := expect(old.Message == "it happened" && old.InvolvedObject.Name == "web" && old.ReportingController == "story", "in the core group: %v", old); err != nil {
		return err
	}
	patched, err := fresh.Patch(s.ctx, "e", types.StrategicMergePatchType, []byte(`{"series":{"count":2,"lastObservedTime":"2023-11-14T22:13:21.000000Z"}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := expect(patched.Series != nil && patched.Series.Count == 2, "patched: %v", patched); err != nil {
		return err
	}
	list, err := fresh.List(s.ctx, metav1.ListOptions{FieldSelector: "reportingController=story"})
	if err != nil {
		return err
	}
	if err := expect(len(list.Items) == 1 && list.Items[0].Series.Count == 2, "listed: %v", list.Items); err != nil {
		return err
	}
	wrong := event.DeepCopy()
	wrong.Name, wrong.ReportingController = "wrong", ""
	if _, err := fresh.Create(s.ctx, wrong, metav1.CreateOptions{}); !errors.IsInvalid(err) {
		return fmt.Errorf("without a reporter: %v", err)
	}
	if err := fresh.DeleteCollection(s.ctx, metav1.DeleteOptions{}, metav1.ListOptions{FieldSelector: "regarding.name=web"}); err != nil {
		return err
	}
	_, err = s.typed.CoreV1().Events(s.ns).Get(s.ctx, "e", metav1.GetOptions{})
	return expect(errors.IsNotFound(err), "after its end: %v", err)
}

func autoscalersOfBothVersions(s *stage) error {
	old := s.typed.AutoscalingV1().HorizontalPodAutoscalers(s.ns)
	percent, least := int32(70), int32(2)
	made, err := old.Create(s.ctx, &autoscalingv1.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: autoscalingv1.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv1.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"},
			MinReplicas:    &least, MaxReplicas: 5, TargetCPUUtilizationPercentage: &percent,
		}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	now, err := s.typed.AutoscalingV2().HorizontalPodAutoscalers(s.ns).Get(s.ctx, "web", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := expect(len(now.Spec.Metrics) == 1 && *now.Spec.Metrics[0].Resource.Target.AverageUtilization == 70 && now.UID == made.UID, "as v2: %v", now.Spec); err != nil {
		return err
	}
	percent = 80
	// Its controller writes the status of what is new.
	if err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		if made, err = old.Get(s.ctx, "web", metav1.GetOptions{}); err != nil {
			return err
		}
		made.Spec.TargetCPUUtilizationPercentage = &percent
		made, err = old.Update(s.ctx, made, metav1.UpdateOptions{})
		return err
	}); err != nil {
		return err
	}
	if err := expect(*made.Spec.TargetCPUUtilizationPercentage == 80 && made.APIVersion == "", "updated: %v", made); err != nil {
		return err
	}
	applied := []byte(`{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":7,"scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},"targetCPUUtilizationPercentage":60}}`)
	force := true
	if made, err = old.Patch(s.ctx, "web", types.ApplyPatchType, applied, metav1.PatchOptions{FieldManager: "story", Force: &force}); err != nil {
		return err
	}
	if err := expect(made.Spec.MaxReplicas == 7 && *made.Spec.TargetCPUUtilizationPercentage == 60, "applied: %v", made.Spec); err != nil {
		return err
	}
	anything, err := s.dynamic.Resource(schema.GroupVersionResource{Group: "autoscaling", Version: "v1", Resource: "horizontalpodautoscalers"}).
		Namespace(s.ns).List(s.ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if err := expect(anything.Items[0].GetAPIVersion() == "autoscaling/v1", "listed as %s", anything.Items[0].GetAPIVersion()); err != nil {
		return err
	}
	return old.Delete(s.ctx, "web", metav1.DeleteOptions{})
}
