namespace SwarmPS.Cmdlets.Lab;

/// <summary>What is asked for when a lab is started.</summary>
public sealed record LabRequest
{
    /// <summary>The name of a lab where none is told.</summary>
    public const string DefaultName = "lab";

    /// <summary>The lab's name.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>How many of them are managers.</summary>
    public int Managers { get; init; } = 1;

    /// <summary>The folder of its files; null for the usual one.</summary>
    public string? Folder { get; init; }

    /// <summary>The program of the daemons.</summary>
    public required string Program { get; init; }

    /// <summary>Tar files whose images each engine gets.</summary>
    public IReadOnlyList<string> ImageFiles { get; init; } = [];

    /// <summary>Images each engine gets from an engine of this machine.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The socket of the engine that has the images.</summary>
    public string ImageEngine { get; init; } = "/var/run/docker.sock";

    /// <summary>Whether the nodes are joined into a swarm.</summary>
    public bool IsJoined { get; init; } = true;

    /// <summary>Whether containers outlive their engine's end. Docker's own swarm mode wants an engine of which they do not.</summary>
    public bool IsLiveRestored { get; init; } = true;

    /// <summary>How long each step may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Told at each step.</summary>
    public IProgress<LabProgress>? Progress { get; init; }
}

/// <summary>How far the start of a lab is.</summary>
/// <param name="Step">What was done last.</param>
/// <param name="Done">Steps done.</param>
/// <param name="All">Steps altogether.</param>
public sealed record LabProgress(string Step, int Done, int All);
