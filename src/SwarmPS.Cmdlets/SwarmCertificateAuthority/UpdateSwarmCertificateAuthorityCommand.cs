using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmCertificateAuthority;

/// <summary>Replaces the swarm's root certificate, while everything goes on running.</summary>
/// <remarks>
/// <para>A new root is made, or the one of <c>-CertificatePath</c> and <c>-KeyPath</c> is taken. The old root signs the new one, nodes get
/// new certificates, and when the last has its own, the old root is trusted no more. The cmdlet waits for that; a node that is down
/// holds it up until it returns or is removed. The join tokens change with the root.</para>
/// </remarks>
/// <example>
/// <para>Makes a new root, and waits until every node has a certificate of it.</para>
/// <code>
/// Update-SwarmCertificateAuthority
/// </code>
/// </example>
/// <example>
/// <para>Begins it, and gives the authority as it is.</para>
/// <code>
/// Update-SwarmCertificateAuthority -NoWait -PassThru
/// </code>
/// </example>
/// <error id="RotationTimeout">The time of <c>-Timeout</c> is up. The swarm goes on replacing certificates.</error>
/// <error id="FileNotFound">The file of the certificate or the key is not there.</error>
/// <error id="ConflictingParameters">A certificate was given without its key, or a key without its certificate.</error>
/// <error id="UpdateOutOfSequence">Others changed the settings again and again in between.</error>
[Cmdlet(VerbsData.Update, "SwarmCertificateAuthority", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmCertificateAuthorityInfo))]
public sealed class UpdateSwarmCertificateAuthorityCommand : SwarmCmdlet
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(45);

    /// <summary>A file with the root certificate to change to, PEM.</summary>
    [Parameter]
    [Alias("CaCert")]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>A file with its private key, PEM.</summary>
    [Parameter]
    [Alias("CaKey")]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>How long a node's certificate is valid from now on.</summary>
    /// <value>as it is</value>
    [Parameter]
    [Alias("CertExpiry")]
    [DurationTransformation]
    public TimeSpan? CertificateExpiry { get; set; }

    /// <summary>Returns at once instead of waiting until every node has a new certificate.</summary>
    [Parameter]
    [Alias("Detach")]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gives the authority as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "CertificateAuthority";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var own = OwnRoot.Read(this, CertificatePath, KeyPath);
        if (!ShouldProcess(swarm.Endpoint.Address, "Replace the swarm's root certificate"))
            return;
        await SwarmChange.PostAsync(swarm, spec => ApplyTo(spec, own), SwarmRotation.None, stop);
        var now = await swarm.GetSwarmAsync(stop);
        if (!NoWait)
            now = await UntilDoneAsync(swarm, now, stop);
        if (PassThru)
            WriteObject(CertificateAuthorityLookup.Of(now));
    }

    private SwarmSpec ApplyTo(SwarmSpec spec, OwnRoot own)
    {
        var old = spec.CAConfig ?? new();
        return spec with
        {
            CAConfig = old with
            {
                NodeCertExpiry = CertificateExpiry ?? old.NodeCertExpiry,
                SigningCACert = own.CertificatePem,
                SigningCAKey = own.KeyPem,
                ForceRotate = (old.ForceRotate ?? 0) + 1,
            },
        };
    }

    private async Task<SwarmObject> UntilDoneAsync(SwarmClient swarm, SwarmObject now, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Timeout < TimeoutMax ? Timeout : TimeoutMax, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var progress = new ProgressRecord(0, "Replacing the root certificate", "Nodes get new certificates");
        var old = now.TLSInfo?.CertIssuerPublicKey;
        try
        {
            while (now.RootRotationInProgress)
            {
                var nodes = await swarm.ListNodesAsync(new(), either.Token);
                var done = nodes.Count(node => node.Description?.TLSInfo?.CertIssuerPublicKey is { } issuer && issuer != old);
                (progress.StatusDescription, progress.PercentComplete) = ($"{done} of {nodes.Count} nodes have new certificates", 100 * done / Math.Max(1, nodes.Count));
                WriteProgress(progress);
                await Task.Delay(Pause, TimeProvider.System, either.Token);
                now = await swarm.GetSwarmAsync(either.Token);
            }
            return now;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new SwarmFailureException("RotationTimeout", ErrorCategory.OperationTimeout,
                $"Not every node had a certificate of the new root after {Durations.Format(Timeout)}. The swarm goes on; a node that is down holds it up until it returns or Remove-SwarmNode takes it off the list.");
        }
        finally
        {
            progress.RecordType = ProgressRecordType.Completed;
            if (!stop.IsCancellationRequested)
                WriteProgress(progress);
        }
    }
}
