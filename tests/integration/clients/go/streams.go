package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	utilexec "k8s.io/client-go/util/exec"
)

func (s *stage) podURL(subresource string, options *corev1.PodExecOptions) *url.URL {
	request := s.typed.CoreV1().RESTClient().Post().Resource("pods").Name("one").Namespace(s.ns).SubResource(subresource)
	if options != nil {
		request = request.VersionedParams(options, scheme.ParameterCodec)
	}
	return request.URL()
}

// executors are the three ways client-go has to run a command.
func (s *stage) executors(options *corev1.PodExecOptions) (map[string]remotecommand.Executor, error) {
	target := s.podURL("exec", options)
	sockets, err := remotecommand.NewWebSocketExecutor(s.config, "GET", target.String())
	if err != nil {
		return nil, err
	}
	streams, err := remotecommand.NewSPDYExecutor(s.config, "POST", target)
	if err != nil {
		return nil, err
	}
	either, err := remotecommand.NewFallbackExecutor(sockets, streams, httpstream.IsUpgradeFailure)
	if err != nil {
		return nil, err
	}
	return map[string]remotecommand.Executor{"WebSocket": sockets, "SPDY": streams, "fallback": either}, nil
}

func execStory(s *stage) error {
	if err := s.runPod(); err != nil {
		return err
	}
	input := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB
	echo, err := s.executors(&corev1.PodExecOptions{Command: []string{"cat"}, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return err
	}
	for name, executor := range echo {
		var out, complaints bytes.Buffer
		if err := executor.StreamWithContext(s.ctx, remotecommand.StreamOptions{Stdin: bytes.NewReader(input), Stdout: &out, Stderr: &complaints}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !bytes.Equal(out.Bytes(), input) || complaints.Len() != 0 {
			return fmt.Errorf("%s: of %d bytes came back %d, and %q", name, len(input), out.Len(), complaints.String())
		}
	}
	exit, err := s.executors(&corev1.PodExecOptions{Command: []string{"sh", "-c", "exit 9"}, Stdout: true, Stderr: true})
	if err != nil {
		return err
	}
	for name, executor := range exit {
		err := executor.StreamWithContext(s.ctx, remotecommand.StreamOptions{Stdout: io.Discard, Stderr: io.Discard})
		var code utilexec.CodeExitError
		if !errors.As(err, &code) || code.ExitStatus() != 9 {
			return fmt.Errorf("%s: exit 9 is %v", name, err)
		}
	}
	return nil
}

// forwardOnce forwards a port, asks several times at once what is behind it, and asks a port nobody listens on.
func (s *stage) forwardOnce(dialer httpstream.Dialer) error {
	stop, ready := make(chan struct{}), make(chan struct{})
	defer close(stop)
	forwarder, err := portforward.New(dialer, []string{"0:8080"}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- forwarder.ForwardPorts() }()
	select {
	case err := <-failed:
		return fmt.Errorf("did not forward: %w", err)
	case <-s.ctx.Done():
		return s.ctx.Err()
	case <-ready:
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	wrong := make(chan error, 16)
	for i := 0; i < 16; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/hostname", ports[0].Local))
			if err != nil {
				wrong <- err
				return
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || strings.TrimSpace(string(body)) != "one" {
				wrong <- fmt.Errorf("heard %q, %v", body, err)
			}
		}()
	}
	group.Wait()
	close(wrong)
	return <-wrong
}

func portForwardStory(s *stage) error {
	if err := s.runPod(); err != nil {
		return err
	}
	target := s.podURL("portforward", nil)
	transport, upgrader, err := spdy.RoundTripperFor(s.config)
	if err != nil {
		return err
	}
	streams := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target)
	if err := s.forwardOnce(streams); err != nil {
		return fmt.Errorf("SPDY: %w", err)
	}
	sockets, err := portforward.NewSPDYOverWebsocketDialer(target, s.config)
	if err != nil {
		return err
	}
	if err := s.forwardOnce(sockets); err != nil {
		return fmt.Errorf("WebSocket: %w", err)
	}
	return s.forwardOnce(portforward.NewFallbackDialer(sockets, streams, httpstream.IsUpgradeFailure))
}
