using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Tests.Composition.StateFiles;

/// <summary>The parts of a daemon on one data root.</summary>
internal sealed class StateNode : IAsyncDisposable
{
    /// <summary>A daemon that has not resumed yet.</summary>
    public StateNode(string root, string engine)
    {
        (Directory, Engine) = (new(root), engine);
        var options = new DaemonOptions { DataRoot = root, Engine = $"unix://{engine}", Hostname = "node" };
        Membership = new(options, Directory, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public SwarmDirectory Directory { get; }

    /// <summary>The socket of its engine.</summary>
    public string Engine { get; }

    public SwarmMembership Membership { get; }

    public SwarmMember Member => Membership.Member ?? throw new InvalidOperationException($"The node is {Membership.State}.");

    /// <summary>Resumes as the daemon does at its start.</summary>
    public Task ResumeAsync() => DaemonHost.ResumeAsync(Membership, CancellationToken.None).WaitAsync(TestNodes.Deadline);

    /// <summary>A copy of a data root in a folder of its own, also while a daemon runs on it: what the log says is committed is copied before the log.</summary>
    public static string Copy(string root)
    {
        var copy = System.IO.Directory.CreateTempSubdirectory("swarmps-test-").FullName;
        foreach (var folder in System.IO.Directory.GetDirectories(root, "*", SearchOption.AllDirectories))
            System.IO.Directory.CreateDirectory(Path.Combine(copy, Path.GetRelativePath(root, folder)));
        foreach (var file in System.IO.Directory.GetFiles(root, "*", SearchOption.AllDirectories).OrderBy(file => Path.GetFileName(file) != "checkpoint"))
        {
            try
            {
                File.Copy(file, Path.Combine(copy, Path.GetRelativePath(root, file)));
            }
            catch (FileNotFoundException)
            {
                // It was a temporary one, which has replaced another by now.
            }
        }
        return copy;
    }

    /// <summary>Stops it; does nothing the second time.</summary>
    public ValueTask DisposeAsync() => Membership.DisposeAsync();
}
