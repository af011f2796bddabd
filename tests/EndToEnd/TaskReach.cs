using System.Text;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>From any manager, tasks on any node are reached: their output by the docker client, commands in them by ours.</summary>
internal static class TaskReach
{
    /// <summary>A service with a task on each node that says on which it runs.</summary>
    public static ServiceSpec Service(string name) => new()
    {
        Name = name,
        Mode = new() { Global = new() },
        TaskTemplate = new()
        {
            ContainerSpec = new()
            {
                Image = LabFixture.Image,
                Command = ["sh", "-c", "echo I am on $NODE; sleep 3600"],
                Env = ["NODE={{.Node.Hostname}}"],
                StopGracePeriod = TimeSpan.FromSeconds(1),
            },
        },
    };

    /// <summary>Asks one manager for all of it.</summary>
    public static async Task CheckAsync(LabFixture lab, string manager, string service)
    {
        List<SwarmTask> tasks = [];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(
            async () => (tasks = await lab.Client(manager).ListTasksAsync(new ApiFilters().Add("service", service), late.Token)).Count(task => task.Status.State == TaskState.Running) == lab.Names.Count(),
            () => $"{service} to run on all nodes: {string.Join(", ", tasks.Select(task => $"{task.NodeId} {task.Status}"))}\n{lab.Logs()}");
        // A task runs a moment before its program has said anything.
        var (docker, logs) = (new DockerClient("unix://" + lab.Place(manager).Socket), "");
        await Eventually.TrueAsync(
            async () => (logs = await docker.RunAsync("service", "logs", "--raw", service)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()
                .SequenceEqual(lab.Names.Select(name => $"I am on {name}")),
            () => $"a line of each node's task; there is:\n{logs}\n{lab.Logs()}");
        var answers = await Task.WhenAll(tasks.Where(task => task.Status.State == TaskState.Running).Select(task => AskAsync(lab.Client(manager), task.Id, late.Token)));
        Assert.Equal(lab.Names.Select(name => $"hello {name}"), answers.Order());
    }

    private static async Task<string> AskAsync(SwarmClient client, string task, CancellationToken stop)
    {
        await using var process = await client.StartProcessAsync(task, new() { Cmd = ["sh", "-c", "read word; echo $word $NODE; exit 4"], AttachStdin = true }, stop);
        await process.WriteAsync("hello\n"u8.ToArray(), stop);
        var output = new StringBuilder();
        await foreach (var frame in process.ReadAsync(stop))
            output.Append(Encoding.UTF8.GetString(frame.Data.Span));
        Assert.Equal(4, process.ExitCode);
        return output.ToString().Trim();
    }
}
