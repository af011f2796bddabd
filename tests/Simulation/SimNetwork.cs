using SwarmPS.Model;

namespace SwarmPS.Simulation;

/// <summary>How far a task has come, as its agent tells. It tells again until it hears that it was heard.</summary>
internal sealed record SimReport(string TaskId, SwarmTaskStatus Status)
{
    public Timestamp? SentAt { get; set; }
}

/// <summary>Reports on their way from agents to the leader: lost, late, twice, and in any order.</summary>
internal sealed class SimNetwork(Random random)
{
    /// <summary>After so long without an answer, an agent tells again.</summary>
    private static readonly TimeSpan SendAgain = TimeSpan.FromSeconds(2);

    private readonly List<(Timestamp At, SimAgent From, SimReport Report)> onTheWay = [];

    public SimFaults Faults { get; set; } = SimFaults.None;

    /// <summary>Sends what the leader has not confirmed.</summary>
    public void Send(SimAgent agent, Timestamp now)
    {
        foreach (var report in agent.Unconfirmed.Where(report => report.SentAt is not { } before || now - before >= SendAgain))
        {
            report.SentAt = now;
            if (random.NextDouble() >= Faults.ReportsLost)
                onTheWay.Add((now + TimeSpan.FromSeconds(random.NextDouble() * Faults.ReportsLateMax), agent, report));
        }
    }

    /// <summary>Takes what arrives, in the order of its arrival; agents mostly hear of that.</summary>
    public List<(SimAgent From, SimReport Report)> Receive(Timestamp now)
    {
        var arrived = onTheWay.Where(message => message.At <= now).OrderBy(message => message.At).ToList();
        onTheWay.RemoveAll(message => message.At <= now);
        foreach (var (_, from, report) in arrived)
        {
            if (from.Connected && random.NextDouble() >= Faults.ReportsRepeated)
                from.Confirm(report);
        }
        return [.. arrived.Select(message => (message.From, message.Report))];
    }
}
