using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class TemplatesTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{.Service.Name}}", "web")]
    [InlineData("{{ .Service.ID }}", "service1")]
    [InlineData("{{.Service.Labels.tier}}", "front")]
    [InlineData("{{.Service.Labels.missing}}", "")]
    [InlineData("{{index .Service.Labels \"a.b\"}}", "dotted")]
    [InlineData("{{ index .Service.Labels `a.b` }}", "dotted")]
    [InlineData("{{.Node.ID}}/{{.Node.Hostname}}", "node1/worker-7")]
    [InlineData("{{.Node.Platform.OS}}-{{.Node.Platform.Architecture}}", "linux-x86_64")]
    [InlineData("{{.Task.ID}} {{.Task.Name}} {{.Task.Slot}}", "task1 web.3.task1 3")]
    [InlineData("a {{- .Task.Slot -}} b", "a3b")]
    public void Template_IsFilledIn(string text, string expected) =>
        Assert.Equal(expected, Templates.Expand(text, TemplateContext.Of(Samples.Task(), Samples.Node)));

    [Fact]
    public void SlotOfGlobalTask_IsItsNode() =>
        Assert.Equal("node1 web.node1.task1", Templates.Expand("{{.Task.Slot}} {{.Task.Name}}", TemplateContext.Of(Samples.Task(slot: 0), Samples.Node)));

    [Theory]
    [InlineData("{{.Node.Colour}}", ".Node.Hostname")]
    [InlineData("{{.Service.Labels.a.b}}", "index .Service.Labels")]
    [InlineData("{{index .Service.Labels tier}}", "index .Service.Labels")]
    [InlineData("{{if .Node.ID}}x{{end}}", ".Task.Slot")]
    [InlineData("{{.Node.ID", "not closed")]
    public void WrongTemplate_IsRefused_SayingWhatIsKnown(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Templates.Expand(text, TemplateContext.Of(Samples.Task(), Samples.Node))).Message);

    [Theory]
    [InlineData("busybox", "busybox:latest", false)]
    [InlineData("busybox:1", "busybox:1", false)]
    [InlineData("registry:5000/team/app", "registry:5000/team/app:latest", false)]
    [InlineData("registry:5000/team/app:2", "registry:5000/team/app:2", false)]
    [InlineData("busybox:1@sha256:abc", "busybox:1@sha256:abc", true)]
    [InlineData("sha256:abc", "sha256:abc", true)]
    public void ImageWithoutTag_GetsLatest(string image, string expected, bool isFixed)
    {
        Assert.Equal(expected, ImageReferences.WithTag(image));
        Assert.Equal(isFixed, ImageReferences.IsFixed(image));
    }
}
