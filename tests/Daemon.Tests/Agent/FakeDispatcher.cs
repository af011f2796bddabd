using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Managers that a test plays.</summary>
internal sealed class FakeDispatcher(Pulse pulse) : IDispatcher
{
    private readonly Lock gate = new();
    private Channel<Assignments>? session;

    /// <summary>Descriptions that sessions were opened with.</summary>
    public Recorded<NodeDescription> Sessions { get; } = new();

    /// <summary>What the node says of itself in its session.</summary>
    public ConditionSource? Condition { get; private set; }

    /// <summary>Reports as they came.</summary>
    public Recorded<IReadOnlyList<TaskStatusReport>> Reports { get; } = new();

    /// <summary>Called before a report is taken: throws, or waits.</summary>
    public Func<Task> BeforeReport { get; set; } = () => Task.CompletedTask;

    /// <summary>Why no session can be opened; null where one can.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>What a report that is stopped ends by: its connection may break before it is seen to be stopped.</summary>
    public Exception? FaultWhenStopped { get; set; }

    public bool IsOpen
    {
        get
        {
            lock (gate)
                return session is not null;
        }
    }

    /// <summary>States that were reported of a task, in order.</summary>
    public IReadOnlyList<TaskState> States(string taskId)
    {
        lock (gate)
            return Reports.SelectMany(report => report).Where(report => report.TaskId == taskId).Select(report => report.Status.State).ToList();
    }

    public SwarmTaskStatus? Last(string taskId)
    {
        lock (gate)
            return Reports.SelectMany(report => report).LastOrDefault(report => report.TaskId == taskId)?.Status;
    }

    public void Send(bool complete, params SwarmTask[] tasks) => Send(new Assignments(complete, tasks, []));

    public void Send(Assignments assignments)
    {
        lock (gate)
            Assert.True(session!.Writer.TryWrite(assignments));
    }

    public void Break(Exception fault)
    {
        lock (gate)
            session?.Writer.TryComplete(fault);
    }

    public async IAsyncEnumerable<Assignments> OpenSessionAsync(NodeDescription description, ConditionSource? condition, [EnumeratorCancellation] CancellationToken stop)
    {
        await Task.Yield();
        if (Refusal is { } refusal)
        {
            lock (gate)
                Sessions.Add(description);
            pulse.Beat();
            throw refusal;
        }
        var opened = Channel.CreateUnbounded<Assignments>();
        lock (gate)
        {
            (session, Condition) = (opened, condition);
            Sessions.Add(description);
        }
        pulse.Beat();
        try
        {
            await foreach (var assignments in opened.Reader.ReadAllAsync(stop))
                yield return assignments;
        }
        finally
        {
            lock (gate)
                session = session == opened ? null : session;
            pulse.Beat();
        }
    }

    public async Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop)
    {
        try
        {
            await BeforeReport().WaitAsync(stop);
        }
        catch (OperationCanceledException) when (FaultWhenStopped is { } fault)
        {
            throw fault;
        }
        lock (gate)
            Reports.Add(reports);
        pulse.Beat();
    }
}
