using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Security;

public sealed class CertificateRenewalTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly NodeSubject Subject = new("node1", NodeRole.Worker, "swarm1");

    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Begin);
    private readonly SwarmDirectory directory = new(Directory.CreateTempSubdirectory("swarmps-test-").FullName);
    private readonly CancellationTokenSource stop = new();
    private readonly RootCa root;
    private readonly NodeIdentity identity;
    private readonly List<DateTimeOffset> asked = [];
    private Task running = Task.CompletedTask;
    private NodeRole role = NodeRole.Worker;
    private int refusals;

    public CertificateRenewalTests()
    {
        directory.Create();
        root = RootCa.Create(clock);
        (identity, var files) = NodeIdentity.Create(root, Subject, TimeSpan.FromHours(1), clock);
        files.Write(directory.Certificates, File.WriteAllText);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        identity.Dispose();
        root.Dispose();
        Directory.Delete(directory.Root, recursive: true);
    }

    [Theory]
    [InlineData(0.0, 30)]
    [InlineData(1.0, 48)]
    public async Task Renewal_ComesBetweenHalfAndFourFifthsOfTheTime(double random, int minutes)
    {
        var renewed = Start(() => random);
        clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        await renewed.WaitAsync(Deadline);
        Assert.Equal(TimeSpan.FromMinutes(minutes), asked[0] - Begin);
    }

    [Fact]
    public async Task LongTime_IsWaitedFor_InSteps()
    {
        var (long90, files) = NodeIdentity.Create(root, Subject, TimeSpan.FromDays(90), clock);
        long90.Dispose();
        identity.Replace(files);
        await AdvanceUntilAsync(Start(() => 0.5), TimeSpan.FromDays(1));
        Assert.True(asked[0] - Begin >= TimeSpan.FromDays(90 * 0.65), $"it was renewed after {asked[0] - Begin}");
    }

    [Fact]
    public async Task RenewedCertificate_CountsAtOnce_AndIsOnTheDisk()
    {
        var before = identity.Certificate;
        var renewed = Start(() => 0);
        clock.Advance(TimeSpan.FromMinutes(30));
        await renewed.WaitAsync(Deadline);
        Assert.NotEqual(before.SerialNumber, identity.Certificate.SerialNumber);
        Assert.True(identity.Certificate.HasPrivateKey);
        using var read = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        Assert.Equal(identity.Certificate.SerialNumber, read.Certificate.SerialNumber);
        Assert.Equal(root.CertificatePem, read.RootPem);
        Assert.False(File.Exists(Path.Combine(directory.Certificates, "swarm-node.next")));
    }

    [Fact]
    public async Task RefusedRenewal_IsTriedAgain_UntilItComes()
    {
        refusals = 3;
        await AdvanceUntilAsync(Start(() => 0), TimeSpan.FromSeconds(30));
        Assert.True(asked.Count >= 4, $"it was asked {asked.Count} times");
    }

    [Fact]
    public async Task ChangedRole_IsRenewedAtOnce()
    {
        role = NodeRole.Manager;
        CertificateRenewal? renewal = null;
        var renewed = Start(() => 0, made => renewal = made);
        renewal!.Hurry();
        await renewed.WaitAsync(Deadline);
        Assert.Equal(NodeRole.Manager, identity.Subject.Role);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void CrashWhileReplacing_LeavesACertificateWithItsKey(int writes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var next = new NodeCertificate(root.Issue(new PublicKey(key), Subject, TimeSpan.FromHours(1), clock), key.ExportPkcs8PrivateKeyPem(), root.CertificatePem + root.CertificatePem);
        var left = writes;
        Assert.Throws<IOException>(() => next.Replace(directory.Certificates, (file, text) =>
        {
            if (left-- == 0)
                throw new IOException("the power is gone");
            File.WriteAllText(file, text);
        }));
        var expected = writes == 0 ? identity.Certificate.SerialNumber : X509Certificate2.CreateFromPem(next.CertificatePem).SerialNumber;
        using var read = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        Assert.Equal(expected, read.Certificate.SerialNumber);
        Assert.Equal(writes == 0 ? root.CertificatePem : next.RootPem, read.RootPem);
    }

    [Fact]
    public async Task FilesThatAreReplacedMeanwhile_AreReadAsTheyBelongTogether()
    {
        var folder = directory.Certificates;
        var both = Enumerable.Range(0, 2).Select(_ => NewFiles()).ToList();
        both[0].Write(folder, File.WriteAllText);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 400; i++)
                both[i % 2].Replace(folder, (file, text) => DurableFile.Write(file, System.Text.Encoding.ASCII.GetBytes(text)));
        });
        var read = 0;
        for (; !writing.IsCompleted; read++)
        {
            // A certificate with another one's key is refused.
            using var present = NodeIdentity.Load(NodeCertificate.Read(folder));
        }
        await writing;
        Assert.True(read > 10, $"It was read {read} times.");
    }

    private NodeCertificate NewFiles()
    {
        var (made, files) = NodeIdentity.Create(root, identity.Subject, TimeSpan.FromDays(90), clock);
        made.Dispose();
        return files;
    }

    private Task Start(Func<double> random, Action<CertificateRenewal>? made = null)
    {
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var renewal = new CertificateRenewal(identity, new(directory.Certificates, keyring: null), IssueAsync, random, clock, NullLogger.Instance) { Renewed = () => renewed.TrySetResult() };
        made?.Invoke(renewal);
        running = renewal.RunAsync(stop.Token);
        return renewed.Task;
    }

    private async Task AdvanceUntilAsync(Task done, TimeSpan step)
    {
        using var late = new CancellationTokenSource(Deadline);
        // The clock must not run away from a renewal that has no processor just now.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!done.IsCompleted)
        {
            Assert.False(late.IsCancellationRequested, "it was not renewed");
            clock.Advance(step);
            await pace.WaitForNextTickAsync();
        }
    }

    private Task<IssueAnswer> IssueAsync(RenewRequest request, CancellationToken cancel)
    {
        asked.Add(clock.GetUtcNow());
        if (refusals-- > 0)
            throw new SwarmException(SwarmErrorCode.Unavailable, "no leader");
        var key = CertificateRequest.LoadSigningRequest(request.Request, HashAlgorithmName.SHA256).PublicKey;
        return Task.FromResult(new IssueAnswer("node1", "swarm1", role, root.Issue(key, Subject with { Role = role }, TimeSpan.FromHours(1), clock), root.CertificatePem, []));
    }
}
