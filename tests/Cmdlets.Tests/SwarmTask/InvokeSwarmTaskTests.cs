using System.Collections.Concurrent;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmTask;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmTask;

public sealed class InvokeSwarmTaskTests
{
    private readonly ConcurrentQueue<TaskExecRequest> asked = new();

    /// <summary>Two tasks of web that run, and one that does not.</summary>
    private async Task<FakeDaemon> DaemonAsync(Func<string, ExecTalk, Task> play)
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Has(Samples.Web, Samples.Db).Json("GET /nodes", () => new[] { Samples.Box, Samples.Far }).Json("GET /tasks", request =>
            request.Query["filters"].Contains("db2service", StringComparison.Ordinal) ? [] : new[]
            {
                Samples.Task("t2", 2, TaskState.Running, 10) with { NodeId = "n2" },
                Samples.Task("t3", 3, TaskState.Preparing, 10),
                Samples.Task("t1", 1, TaskState.Running, 20),
            }).Json("GET /tasks/t1", () => Samples.Task("t1", 1, TaskState.Running, 20)).Exec((task, request, raw) =>
            {
                asked.Enqueue(request);
                return play(task, new(raw));
            });
    }

    [Fact]
    public async Task Command_RunsInAllRunningTasks_AndItsLinesAreObjects()
    {
        await using var daemon = await DaemonAsync(async (task, talk) =>
        {
            await talk.SayAsync("one of ");
            await talk.SayAsync($"{task}\r\ntw");
            await talk.SayAsync("bad\n", isError: true);
            await talk.SayAsync("o");
            await talk.EndAsync(0);
        });
        using var prompt = new Prompt(daemon);
        var lines = prompt.Run("Invoke-SwarmTask web ls, /tmp").Clean().Select(line => (SwarmTaskOutput)line.BaseObject).ToLookup(line => line.TaskId);
        Assert.Equal(["t1", "t2"], lines.Select(task => task.Key).Order());
        Assert.Equal([("one of t2", "stdout"), ("bad", "stderr"), ("two", "stdout")], lines["t2"].Select(line => (line.Text, line.Stream)));
        Assert.All(lines["t2"], line => Assert.Equal(("web.2", "far"), (line.Task, line.Node)));
        Assert.Equal("web.1@box | one of t1", lines["t1"].First().ToString());
        Assert.All(asked, request => Assert.Equal(("ls /tmp", false, false, false), (string.Join(' ', request.Cmd), request.Tty, request.AttachStdin, request.Privileged)));
    }

    [Theory]
    [InlineData("web.2", "t2")]
    [InlineData("web.1.t1", "t1")]
    [InlineData("-Id web.2, t1 -Command", "t1 t2")]
    public async Task Task_MayBeCalledByItsName(string where, string tasks)
    {
        var ran = new ConcurrentQueue<string>();
        await using var daemon = await DaemonAsync(async (task, talk) =>
        {
            ran.Enqueue(task);
            await talk.EndAsync(0);
        });
        using var prompt = new Prompt(daemon);
        prompt.Run($"Invoke-SwarmTask {where} true").Clean();
        Assert.Equal(tasks, string.Join(' ', ran.Order()));
        var missing = prompt.Run("Invoke-SwarmTask web.3 true");
        Assert.Equal(("TaskNotFound", "No task of web.3 runs. Get-SwarmTask web.3 shows how far they are, and why."), (missing.ErrorId, missing.Error.Exception.Message));
    }

    [Fact]
    public async Task TasksRun_AtTheSameTime_AsManyAsAllowed()
    {
        var (now, most) = (0, 0);
        var both = new TaskCompletionSource();
        await using var daemon = await DaemonAsync(async (_, talk) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            if (most == 2)
                both.TrySetResult();
            await both.Task;
            Interlocked.Decrement(ref now);
            await talk.EndAsync(0);
        });
        using var prompt = new Prompt(daemon);
        prompt.Run("Invoke-SwarmTask web true").Clean();
        Assert.Equal(2, most);
        most = 0;
        prompt.Run("Invoke-SwarmTask web true -ThrottleLimit 1").Clean();
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Input_GoesToEveryTask_AsBytesOrLines()
    {
        var heard = new ConcurrentDictionary<string, string>();
        await using var daemon = await DaemonAsync(async (task, talk) =>
        {
            heard[task] = await talk.HearAllAsync();
            await talk.EndAsync(0);
        });
        using var prompt = new Prompt(daemon);
        prompt.Run("'one', 2 | Invoke-SwarmTask web cat").Clean();
        Assert.Equal(["one\n2\n", "one\n2\n"], heard.Values);
        heard.Clear();
        prompt.Run("[byte]65, [byte]66, [byte]10 | Invoke-SwarmTask -Id t1 -Command cat").Clean();
        Assert.Equal("AB\n", heard["t1"]);
        Assert.True(asked.All(request => request.AttachStdin));
    }

    [Fact]
    public async Task BadEnd_IsAnError_WithTheExitCode_AndSummaryHasItWithTheLines()
    {
        await using var daemon = await DaemonAsync(async (task, talk) =>
        {
            await talk.SayAsync("out\n");
            await talk.SayAsync("bad\n", isError: true);
            await talk.EndAsync(task == "t2" ? 3 : 0);
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Invoke-SwarmTask web ./check");
        Assert.Equal(("CommandFailed", ErrorCategory.InvalidResult), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.Equal((3, "web.2"), (((SwarmTaskResult)outcome.Error.TargetObject).ExitCode, ((SwarmTaskResult)outcome.Error.TargetObject).Task));
        Assert.Equal("The command ended with exit code 3 in task web.2 on far.", outcome.Error.Exception.Message);
        Assert.Equal(4, outcome.Output.Count);
        var results = prompt.Run("Get-SwarmTask web | Where-Object State -EQ Running | Invoke-SwarmTask -Command ./check -Summary").Clean().Select(line => (SwarmTaskResult)line.BaseObject).OrderBy(result => result.Task).ToList();
        Assert.Equal([("web.1", 0), ("web.2", 3)], results.Select(result => (result.Task, result.ExitCode!.Value)));
        Assert.All(results, result => Assert.Equal(("out", "bad"), (Assert.Single(result.Output), Assert.Single(result.Error))));
    }

    [Fact]
    public async Task Surroundings_GoAlong()
    {
        await using var daemon = await DaemonAsync((_, talk) => talk.EndAsync(0));
        using var prompt = new Prompt(daemon);
        prompt.Run("Get-SwarmService web | Invoke-SwarmTask -Command env -User app:web -WorkingDirectory /srv -Environment @{ A = 1 } -Privileged").Clean();
        Assert.Equal(2, asked.Count);
        Assert.All(asked, request => Assert.Equal(("app:web", "/srv", "A=1", true), (request.User, request.WorkingDir, request.Env![0], request.Privileged)));
    }

    [Fact]
    public async Task CommandThatTakesTooLong_LosesItsStreams()
    {
        var gone = new TaskCompletionSource<string?>();
        await using var daemon = await DaemonAsync(async (_, talk) => gone.SetResult(await talk.HearAsync()));
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Invoke-SwarmTask -Id t1 -Command sleep, 1000 -Timeout 200ms");
        Assert.Equal(("CommandTimeout", ErrorCategory.OperationTimeout), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.Null(await gone.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task StoppedPipeline_ClosesTheStreams()
    {
        var begun = new TaskCompletionSource();
        var gone = new TaskCompletionSource<string?>();
        await using var daemon = await DaemonAsync(async (_, talk) =>
        {
            begun.SetResult();
            gone.SetResult(await talk.HearAsync());
        });
        using var prompt = new Prompt(daemon);
        using var shell = prompt.Begin("Invoke-SwarmTask -Id t1 -Command sleep, 1000");
        var running = shell.BeginInvoke();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        shell.Stop();
        Assert.Null(await gone.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(running.IsCompleted);
    }

    [Fact]
    public async Task WhatGoesWrong_InOneTask_KeepsNotTheOthers()
    {
        await using var daemon = await DaemonAsync(async (task, talk) =>
        {
            if (task == "t1")
            {
                await talk.FailAsync("The connection with node n1 broke off.");
                return;
            }
            await talk.SayAsync("fine\n");
            await talk.EndAsync(0);
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Invoke-SwarmTask web id");
        Assert.Equal(("SwarmUnavailable", "The connection with node n1 broke off."), (outcome.ErrorId, outcome.Error.Exception.Message));
        Assert.Equal("fine", ((SwarmTaskOutput)Assert.Single(outcome.Output).BaseObject).Text);
    }

    [Theory]
    [InlineData("Invoke-SwarmTask -Command id", "TargetMissing")]
    [InlineData("Invoke-SwarmTask db id", "TaskNotFound")]
    [InlineData("Invoke-SwarmTask none id", "ServiceNotFound")]
    public async Task WrongTarget_IsAnError(string script, string id)
    {
        await using var daemon = await DaemonAsync((_, talk) => talk.EndAsync(0));
        using var prompt = new Prompt(daemon);
        Assert.Equal(id, prompt.Run(script).ErrorId);
        Assert.Empty(asked);
    }

    [Fact]
    public async Task WhatIf_RunsNothing()
    {
        await using var daemon = await DaemonAsync((_, talk) => talk.EndAsync(0));
        using var prompt = new Prompt(daemon);
        prompt.Run("Invoke-SwarmTask web id -WhatIf").Clean();
        Assert.Empty(asked);
    }
}
