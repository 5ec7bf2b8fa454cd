// Kubernetes' own end-to-end suite, as a program: the conformance specs named in a file run against the cluster
// of a kubeconfig, and what became of every conformance spec is written to another.
package conformance

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	conformancetestdata "k8s.io/kubernetes/test/conformance/testdata"
	"k8s.io/kubernetes/test/e2e"
	"k8s.io/kubernetes/test/e2e/framework"
	"k8s.io/kubernetes/test/e2e/framework/config"
	"k8s.io/kubernetes/test/e2e/framework/testfiles"
	e2etestingmanifests "k8s.io/kubernetes/test/e2e/testing-manifests"
	testfixtures "k8s.io/kubernetes/test/fixtures"

	_ "k8s.io/kubernetes/test/e2e/feature" // freezes the names of features: goes before the specs

	_ "k8s.io/kubernetes/test/e2e/apimachinery"
	_ "k8s.io/kubernetes/test/e2e/apps"
	_ "k8s.io/kubernetes/test/e2e/architecture"
	_ "k8s.io/kubernetes/test/e2e/auth"
	_ "k8s.io/kubernetes/test/e2e/common"
	_ "k8s.io/kubernetes/test/e2e/dra"
	_ "k8s.io/kubernetes/test/e2e/instrumentation"
	_ "k8s.io/kubernetes/test/e2e/kubectl"
	_ "k8s.io/kubernetes/test/e2e/network"
	_ "k8s.io/kubernetes/test/e2e/node"
	_ "k8s.io/kubernetes/test/e2e/scheduling"
	_ "k8s.io/kubernetes/test/e2e/storage"

	_ "k8s.io/kubernetes/test/e2e/framework/debug/init"
	_ "k8s.io/kubernetes/test/e2e/framework/metrics/init"
	_ "k8s.io/kubernetes/test/e2e/framework/node/init"
	_ "k8s.io/kubernetes/test/utils/format"
)

var (
	specs    = flag.String("specs", "", "file with the full names of the specs to run, one a line")
	outcomes = flag.String("outcomes", "", "file to write what became of every conformance spec to, as JSON")
)

// outcome is what became of one spec.
type outcome struct {
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Seconds float64 `json:"seconds"`
	Message string  `json:"message,omitempty"`
}

var _ = ginkgo.ReportAfterSuite("outcomes", func(report ginkgo.Report) {
	if *outcomes == "" || report.SuiteConfig.DryRun { // the suite looks at its own specs first
		return
	}
	all := []outcome{}
	for _, spec := range report.SpecReports {
		if spec.LeafNodeType == types.NodeTypeIt && !strings.HasSuffix(spec.FullText(), "[Conformance]") {
			continue
		}
		if spec.LeafNodeType != types.NodeTypeIt && !spec.Failed() {
			continue
		}
		one := outcome{Name: spec.FullText(), State: spec.State.String(), Seconds: spec.RunTime.Seconds()}
		if spec.Failed() {
			one.Message = spec.Failure.Location.String() + ": " + spec.Failure.Message
		}
		all = append(all, one)
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err == nil {
		err = os.WriteFile(*outcomes, text, 0o644)
	}
	if err != nil {
		ginkgo.Fail(err.Error())
	}
})

// focusOn has ginkgo run the specs named in a file and no others.
func focusOn(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var patterns []string
	for _, line := range strings.Split(string(text), "\n") {
		if name := strings.TrimSpace(line); name != "" {
			patterns = append(patterns, regexp.QuoteMeta(name))
		}
	}
	if err := flag.Set("ginkgo.label-filter", "Conformance"); err != nil {
		return err
	}
	return flag.Set("ginkgo.focus", "(?:"+strings.Join(patterns, "|")+")$")
}

func TestMain(m *testing.M) {
	config.CopyFlags(config.Flags, flag.CommandLine)
	framework.RegisterCommonFlags(flag.CommandLine)
	framework.RegisterClusterFlags(flag.CommandLine)
	flag.Parse()
	if *specs != "" {
		if err := focusOn(*specs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	testfiles.AddFileSource(e2etestingmanifests.GetE2ETestingManifestsFS())
	testfiles.AddFileSource(testfixtures.GetTestFixturesFS())
	testfiles.AddFileSource(conformancetestdata.GetConformanceTestdataFS())
	framework.AfterReadingAllFlags(&framework.TestContext)
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) { e2e.RunE2ETests(t) }
