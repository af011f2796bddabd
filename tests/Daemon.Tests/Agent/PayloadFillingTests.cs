using System.Text;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Secrets and configs that are templates are filled in for each task.</summary>
public sealed class PayloadFillingTests
{
    private static readonly SwarmTask Task = Samples.Task(Samples.WithFiles(new() { Env = ["MODE=fast on {{.Node.Hostname}}", "EMPTY="] }));

    [Theory]
    [InlineData("{{.Service.Name}} {{.Task.Slot}} on {{.Node.Hostname}}", "web 3 on worker-7")]
    [InlineData("mode={{env \"MODE\"}};{{env \"EMPTY\"}}{{env \"NONE\"}}", "mode=fast on worker-7;")]
    [InlineData("password={{ secret \"key\" }}", "password=plain {{.Task.ID}}")]
    [InlineData("password={{secret `/run/secrets/key`}}", "password=plain {{.Task.ID}}")]
    public void Config_NamesTheTask_ItsEnvironment_AndItsSecrets(string template, string expected) => Assert.Equal(expected, Fill(template));

    [Fact]
    public void PayloadThatIsNoTemplate_StaysAsItIs() => Assert.Equal("{{.Task.ID}}", Fill("{{.Task.ID}}", isTemplate: false));

    [Theory]
    [InlineData("hidden {{.Node.Colour}}", "The template of the config conf cannot be filled in: 'the config conf': {{.Node.Colour}} is not known")]
    [InlineData("hidden {{secret \"other\"}}", "the task has no secret as 'other'")]
    public void TemplateThatCannotBeFilled_RefusesTheTask_WithoutShowingIt(string template, string message)
    {
        var refused = Assert.Throws<TaskRefusedException>(() => Fill(template));
        Assert.Contains(message, refused.Message);
        Assert.DoesNotContain("hidden", refused.Message);
    }

    [Fact]
    public void TemplateThatGrowsBeyondMeasure_IsRefused()
    {
        var many = string.Concat(Enumerable.Repeat("{{secret \"key\"}}", 20));
        Assert.Contains("would become longer", Assert.Throws<TaskRefusedException>(() => Fill(many, secret: new string('x', 500_000))).Message);
    }

    private static string Fill(string template, bool isTemplate = true, string secret = "plain {{.Task.ID}}")
    {
        var files = TaskFile.Of(Task, "/memory").Select(file => (file, new AssignedPayload(file.Id, file.Name, new(Encoding.UTF8.GetBytes(file.Kind == "secret" ? secret : template)), isTemplate && file.Kind == "config"))).ToList();
        return Encoding.UTF8.GetString(PayloadFilling.Of(Task, Samples.Node, files).Single(file => file.Item1.Kind == "config").Item2.Bytes);
    }
}
