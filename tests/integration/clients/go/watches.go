package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	toolswatch "k8s.io/client-go/tools/watch"
)

func (s *stage) makeMaps(count int) error {
	for i := 0; i < count; i++ {
		name := fmt.Sprintf("map-%03d", i)
		if _, err := s.typed.CoreV1().ConfigMaps(s.ns).Create(s.ctx, configMap(name, map[string]string{"n": strconv.Itoa(i)}), metav1.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// informersStory: a shared informer starts on existing objects, then follows creations, changes and deletions exactly.
func informersStory(s *stage) error {
	if err := s.makeMaps(20); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(s.typed, 0, informers.WithNamespace(s.ns))
	maps := factory.Core().V1().ConfigMaps()
	var added, updated, deleted atomic.Int64
	_, err := maps.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { added.Add(1) },
		UpdateFunc: func(any, any) { updated.Add(1) },
		DeleteFunc: func(any) { deleted.Add(1) },
	})
	if err != nil {
		return err
	}
	factory.Start(s.ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(s.ctx.Done()) {
		if !synced {
			return fmt.Errorf("%v never synced", kind)
		}
	}
	list, err := maps.Lister().List(labels.Everything())
	if err != nil {
		return err
	}
	ours := 0
	for _, each := range list {
		if each.Labels["made-by"] == "client-go" {
			ours++
		}
	}
	if ours != 20 {
		return fmt.Errorf("synced with %d objects", ours)
	}
	base := added.Load()
	client := s.typed.CoreV1().ConfigMaps(s.ns)
	for i := 0; i < 10; i++ {
		object, err := client.Create(s.ctx, configMap(fmt.Sprintf("late-%d", i), map[string]string{"n": "0"}), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		object.Data["n"] = "1"
		if _, err := client.Update(s.ctx, object, metav1.UpdateOptions{}); err != nil {
			return err
		}
		if err := client.Delete(s.ctx, object.Name, metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return s.await("ten of each event", func() (bool, error) {
		return added.Load() == base+10 && updated.Load() >= 10 && deleted.Load() == 10, nil
	})
}

// pagerStory: pages of one consistent list.
func pagerStory(s *stage) error {
	if err := s.makeMaps(57); err != nil {
		return err
	}
	seen, pages := 0, 0
	list := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		pages++
		options.LabelSelector = "made-by=client-go"
		return s.typed.CoreV1().ConfigMaps(s.ns).List(ctx, options)
	})
	list.PageSize = 10
	err := list.EachListItem(s.ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		if want := fmt.Sprintf("map-%03d", seen); object.(*corev1.ConfigMap).Name != want {
			return fmt.Errorf("%s where %s should be", object.(*corev1.ConfigMap).Name, want)
		}
		seen++
		return nil
	})
	if err != nil {
		return err
	}
	return expect(seen == 57 && pages == 6, "%d objects on %d pages", seen, pages)
}

// retryWatchStory: a watch from a known version misses nothing, also over a connection that ended.
func retryWatchStory(s *stage) error {
	client := s.typed.CoreV1().ConfigMaps(s.ns)
	before, err := client.List(s.ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	if err := s.makeMaps(5); err != nil {
		return err
	}
	short := int64(1)
	watcher, err := toolswatch.NewRetryWatcherWithContext(s.ctx, before.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.TimeoutSeconds = &short
			options.LabelSelector = "made-by=client-go"
			return client.Watch(ctx, options)
		},
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	next := func(want string) error {
		select {
		case event := <-watcher.ResultChan():
			object, ok := event.Object.(*corev1.ConfigMap)
			if !ok || event.Type != watch.Added || object.Name != want {
				return fmt.Errorf("%v %v where %s should be", event.Type, event.Object, want)
			}
			return nil
		case <-s.ctx.Done():
			return fmt.Errorf("waited in vain for %s", want)
		}
	}
	for i := 0; i < 5; i++ {
		if err := next(fmt.Sprintf("map-%03d", i)); err != nil {
			return err
		}
	}
	time.Sleep(1500 * time.Millisecond) // the first connection ends by its own timeout; nothing says so
	if err := s.makeMaps(8); err != nil {
		return err
	}
	for i := 5; i < 8; i++ {
		if err := next(fmt.Sprintf("map-%03d", i)); err != nil {
			return err
		}
	}
	return nil
}

// leaderStory: two candidates for one lease; the second leads once the first lets go.
func leaderStory(s *stage) error {
	leads := make(chan string, 4)
	elect := func(ctx context.Context, name string) {
		lock := &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "election", Namespace: s.ns},
			Client:     s.typed.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true,
			LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leads <- name },
				OnStoppedLeading: func() {},
			},
		})
	}
	first, stopFirst := context.WithCancel(s.ctx)
	defer stopFirst()
	go elect(first, "first")
	wait := func(want string) error {
		select {
		case got := <-leads:
			return expect(got == want, "%s leads where %s should", got, want)
		case <-s.ctx.Done():
			return fmt.Errorf("%s never led", want)
		}
	}
	if err := wait("first"); err != nil {
		return err
	}
	second, stopSecond := context.WithCancel(s.ctx)
	defer stopSecond()
	go elect(second, "second")
	if err := s.await("renewals", func() (bool, error) {
		lease, err := s.typed.CoordinationV1().Leases(s.ns).Get(s.ctx, "election", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return lease.Spec.RenewTime.After(lease.Spec.AcquireTime.Time) && *lease.Spec.HolderIdentity == "first", nil
	}); err != nil {
		return err
	}
	stopFirst()
	if err := wait("second"); err != nil {
		return err
	}
	lease, err := s.typed.CoordinationV1().Leases(s.ns).Get(s.ctx, "election", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return expect(*lease.Spec.LeaseTransitions >= 1, "transitions: %v", lease.Spec)
}

// podsStory: a pod runs, its log is read, it is evicted.
// runPod makes the pod "one" and waits until it runs.
func (s *stage) runPod() error {
	pods := s.typed.CoreV1().Pods(s.ns)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "one"},
		Spec: corev1.PodSpec{
			Containers:  []corev1.Container{{Name: "demo", Image: "wheelhouse.dev/demo:1"}},
			Tolerations: []corev1.Toleration{{Key: "wheelhouse.dev/simulated", Operator: corev1.TolerationOpExists}},
		},
	}
	if _, err := pods.Create(s.ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	return s.await("the pod runs", func() (bool, error) {
		got, err := pods.Get(s.ctx, "one", metav1.GetOptions{})
		return err == nil && got.Status.Phase == corev1.PodRunning, err
	})
}

func podsStory(s *stage) error {
	if err := s.runPod(); err != nil {
		return err
	}
	pods := s.typed.CoreV1().Pods(s.ns)
	stream, err := pods.GetLogs("one", &corev1.PodLogOptions{}).Stream(s.ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	if _, err := io.ReadAll(stream); err != nil {
		return err
	}
	zero := int64(0)
	eviction := &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: "one", Namespace: s.ns}, DeleteOptions: &metav1.DeleteOptions{GracePeriodSeconds: &zero}}
	if err := pods.EvictV1(s.ctx, eviction); err != nil {
		return err
	}
	return s.await("the pod is gone", func() (bool, error) {
		_, err := pods.Get(s.ctx, "one", metav1.GetOptions{})
		if errors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}
