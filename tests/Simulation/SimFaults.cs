namespace SwarmPS.Simulation;

/// <summary>How bad things are; drawn from the seed. Shares are of 1, times are in seconds.</summary>
internal sealed record SimFaults
{
    /// <summary>Nothing goes wrong, and everything takes its time.</summary>
    public static readonly SimFaults None = new() { StepSecondsMax = 1, RoundChangesMax = 2_000 };

    public double StepSecondsMax { get; init; }

    public double StartFails { get; init; }

    /// <summary>Reports that never arrive, so that the agent has to tell again.</summary>
    public double ReportsLost { get; init; }

    /// <summary>Reports that arrive though the agent does not hear of it, so that it tells again.</summary>
    public double ReportsRepeated { get; init; }

    /// <summary>How long a report may be on its way. Each takes its own time, so they overtake one another.</summary>
    public double ReportsLateMax { get; init; }

    /// <summary>Times that an agent does not hear of new assignments although it is connected.</summary>
    public double AssignmentsLate { get; init; }

    /// <summary>How far a node's clock may be from the leader's, before it or behind.</summary>
    public double ClocksOffMax { get; init; }

    public double NodeFaults { get; init; }

    public double TaskEnds { get; init; }

    public double LeaderChanges { get; init; }

    /// <summary>Rounds after which the leader is another one, before it could see what became of its decisions.</summary>
    public double LeaderChangesInRounds { get; init; }

    /// <summary>Rounds whose decisions come to nothing.</summary>
    public double RoundsLost { get; init; }

    /// <summary>Changes of one round, about: with few, what belongs together comes in several.</summary>
    public int RoundChangesMax { get; init; }

    public double Commands { get; init; }

    /// <summary>Commands between two rounds of the leader.</summary>
    public double CommandsInRounds { get; init; }

    public static SimFaults Draw(Random random) => new()
    {
        StepSecondsMax = 0.2 + (random.NextDouble() * 3),
        StartFails = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.2,
        ReportsLost = random.NextDouble() * 0.5,
        ReportsRepeated = random.NextDouble() * 0.3,
        ReportsLateMax = random.Next(3) == 0 ? 0 : random.NextDouble() * 8,
        AssignmentsLate = random.Next(2) * random.NextDouble() * 0.7,
        ClocksOffMax = random.Next(2) * random.NextDouble() * 120,
        NodeFaults = random.Next(3) == 0 ? 0 : random.NextDouble() * 0.08,
        TaskEnds = random.NextDouble() * 0.2,
        LeaderChanges = random.NextDouble() * 0.03,
        LeaderChangesInRounds = random.Next(2) * random.NextDouble() * 0.1,
        RoundsLost = random.Next(2) * random.NextDouble() * 0.1,
        RoundChangesMax = random.Next(2) == 0 ? 2_000 : random.Next(1, 8),
        Commands = 0.02 + (random.NextDouble() * 0.2),
        CommandsInRounds = random.Next(2) * random.NextDouble() * 0.1,
    };
}
