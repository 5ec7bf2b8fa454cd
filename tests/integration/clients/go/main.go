// What programs written with client-go do all day, against the server of a kubeconfig: one story by name, an error and
// exit code 1 where the server does not behave like Kubernetes.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	corev1 "k8s.io/api/core/v1"
)

// A stage is what a story plays on: a namespace of its own and clients for it.
type stage struct {
	ctx     context.Context
	config  *rest.Config
	typed   kubernetes.Interface
	dynamic dynamic.Interface
	ns      string
}

var stories = map[string]func(*stage) error{
	"typed":     typedStory,
	"protobuf":  protobufStory,
	"discovery": discoveryStory,
	"informers": informersStory,
	"pager":     pagerStory,
	"retry":     retryWatchStory,
	"dynamic":   dynamicStory,
	"metadata":  metadataStory,
	"leader":    leaderStory,
	"apply":     applyStory,
	"pods":      podsStory,

	"custom":      customStory,
	"definitions": definitionsStory,
	"aliases":     aliasesStory,
	"exec":        execStory,
	"portforward": portForwardStory,
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clients KUBECONFIG STORY")
		names := make([]string, 0, len(stories))
		for name := range stories {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintln(os.Stderr, names)
		os.Exit(2)
	}
	if err := play(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
}

func play(kubeconfig, name string) error {
	story, known := stories[name]
	if !known {
		return fmt.Errorf("no story of that name")
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = 1000
	config.Burst = 1000
	if name == "protobuf" {
		config.ContentType = "application/vnd.kubernetes.protobuf"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	anything, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	s := &stage{ctx: ctx, config: config, typed: typed, dynamic: anything, ns: "go-" + name}
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.ns}}
	if _, err := typed.CoreV1().Namespaces().Create(ctx, space, metav1.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	return story(s)
}

func expect(truth bool, format string, args ...any) error {
	if truth {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// await asks until the answer is yes, or says what it waited for.
func (s *stage) await(what string, done func() (bool, error)) error {
	for {
		yes, err := done()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if yes {
			return nil
		}
		select {
		case <-s.ctx.Done():
			return fmt.Errorf("waited in vain: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
