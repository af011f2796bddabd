using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>The daemon's life from start to stop, and what its exit code says of it.</summary>
internal static class DaemonHost
{
    /// <summary>How long requests may take to finish when the daemon stops.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    /// <summary>Runs until <paramref name="stop"/>; gives the exit code.</summary>
    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken stop)
    {
        using var logging = DaemonLog.Create(options);
        try
        {
            await ServeAsync(options, logging, stop).ConfigureAwait(false);
            return ExitCode.Stopped;
        }
        catch (ConfigurationException wrong)
        {
            await Console.Error.WriteLineAsync($"swarmpsd: {wrong.Message}").ConfigureAwait(false);
            return ExitCode.Configuration;
        }
        catch (DataException refusal)
        {
            await Console.Error.WriteLineAsync($"swarmpsd: {refusal.Message}").ConfigureAwait(false);
            return ExitCode.Data;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"swarmpsd: an error inside the daemon ended it; containers go on running. Please report this:\n{fault}").ConfigureAwait(false);
            return ExitCode.Internal;
        }
    }

    private static async Task ServeAsync(DaemonOptions options, ILoggerFactory logging, CancellationToken stop)
    {
        var (sockets, addresses) = TlsAddresses.Split(options);
        var engine = DaemonOptions.UnixPath("--engine", options.Engine);
        var directory = new SwarmDirectory(options.DataRoot);
        using var root = Prepare(directory);
        var log = logging.CreateLogger(typeof(DaemonHost));
        await using var membership = new SwarmMembership(options, directory, TimeProvider.System, logging);
        try
        {
            // The swarm first: whoever reaches the socket finds it working.
            await ResumeAsync(membership, stop).ConfigureAwait(false);
            await using var api = await ApiServer.StartAsync(
                new()
                {
                    Sockets = sockets,
                    Addresses = addresses,
                    Certificate = options.Certificate,
                    EngineSocket = engine,
                    Membership = membership,
                    Forwarded = membership.Forwarded,
                    Logs = membership.Logs,
                    Processes = membership.Processes,
                    Checks = membership.Checks,
                    LoggerFactory = logging,
                },
                stop).ConfigureAwait(false);
            log.Ready(string.Join(", ", options.Hosts), options.Engine, options.DataRoot);
            await UntilStoppedAsync(stop).ConfigureAwait(false);
            log.Stopping();
            using var hurry = new CancellationTokenSource(StopGrace);
            await api.StopAsync(hurry.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Stopping();
        }
    }

    private static async Task UntilStoppedAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
    }

    private static DataRootLock Prepare(SwarmDirectory directory)
    {
        try
        {
            directory.CreateRoot();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{directory.Root} cannot be used as data root: {fault.Message} Name another folder with --data-root.", fault);
        }
        return DataRootLock.Take(directory.Root);
    }

    /// <summary>Resumes the swarm of this node. Throws <see cref="DataException"/> where its data is locked or damaged, <see cref="ConfigurationException"/> for any other refusal.</summary>
    internal static async Task ResumeAsync(SwarmMembership membership, CancellationToken stop)
    {
        try
        {
            await membership.ResumeAsync(stop).ConfigureAwait(false);
        }
        catch (SwarmException damage) when (damage.Code is SwarmErrorCode.FailedPrecondition or SwarmErrorCode.Unauthenticated)
        {
            throw new DataException(damage.Message, damage);
        }
        catch (SwarmException refusal)
        {
            throw new ConfigurationException(refusal.Message, refusal);
        }
    }
}
