using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// Renews this node's certificate long before it ends: at a random moment between 50 and 80 % of its time, so that nodes that joined
/// together do not come together. The new one counts from the next handshake on.
/// </summary>
/// <param name="identity">The certificate.</param>
/// <param name="files">Where it is kept.</param>
/// <param name="ask">Asks the leader for the next one.</param>
/// <param name="random">Gives numbers from 0 to 1.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class CertificateRenewal(
    NodeIdentity identity, CertificateFiles files, Func<RenewRequest, CancellationToken, Task<IssueAnswer>> ask, Func<double> random, TimeProvider clock, ILogger log)
{
    private const double Earliest = 0.5;
    private const double Latest = 0.8;

    /// <summary>A timer's longest time is some 49 days.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(7);

    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Told after each renewal: the role may be another one now.</summary>
    public Action? Renewed { get; init; }

    /// <summary>Asks for a renewal now, as when the node's role has changed.</summary>
    public void Hurry()
    {
        lock (gate)
            asked.TrySetResult();
    }

    /// <summary>Renews until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await UntilAsync(DueAt(), stop).ConfigureAwait(false);
            await RenewAsync(stop).ConfigureAwait(false);
        }
    }

    private DateTimeOffset DueAt()
    {
        var certificate = identity.Certificate;
        DateTimeOffset begins = certificate.NotBefore.ToUniversalTime();
        // It reaches back behind its issue; only what is left from there counts.
        var issued = begins + RootCa.Backdate;
        return issued + ((certificate.NotAfter.ToUniversalTime() - issued) * (Earliest + ((Latest - Earliest) * random())));
    }

    private async Task UntilAsync(DateTimeOffset due, CancellationToken stop)
    {
        while (due - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            Task hurry;
            lock (gate)
                hurry = asked.Task;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(hurry, Task.Delay(left < WaitMax ? left : WaitMax, clock, either.Token)).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            if (hurry.IsCompleted)
                break;
        }
        lock (gate)
            asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        for (var retry = RetryMin; ; retry = retry * 2 < RetryMax ? retry * 2 : RetryMax)
        {
            try
            {
                await OnceAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is SwarmException or IOException or UnauthorizedAccessException)
            {
                log.RenewalFailed(identity.Certificate.NotAfter.ToUniversalTime(), failure.Message);
            }
            await Task.Delay(retry, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task OnceAsync(CancellationToken stop)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await ask(new(NewcomerTrust.RequestFor(key)), stop).ConfigureAwait(false);
        var next = new NodeCertificate(answer.CertificatePem, key.ExportPkcs8PrivateKeyPem(), answer.RootPem);
        files.Save(next);
        identity.Replace(next);
        log.Renewed(identity.Certificate.NotAfter.ToUniversalTime());
        Renewed?.Invoke();
    }
}
