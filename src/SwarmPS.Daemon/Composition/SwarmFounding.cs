using System.Net;
using System.Security.Cryptography;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>What a new swarm is made of: its authority, its first manager's identity, and the first objects of its store.</summary>
internal sealed record SwarmFounding
{
    private const int IdBytes = 16;

    private readonly SwarmInitRequest request;
    private readonly string rootPem;
    private readonly SecretText rootKey;
    private readonly TlsInfo trust;
    private readonly SecretText? unlockKey;

    private SwarmFounding(SwarmInitRequest request, NodeFile node, RootCa root, SecretText? unlockKey)
    {
        this.unlockKey = unlockKey;
        this.request = request;
        (rootPem, rootKey, trust) = (root.CertificatePem, new(root.ExportKeyPem()), root.ToTlsInfo());
        Node = node;
    }

    /// <summary>Who the first manager is.</summary>
    public NodeFile Node { get; }

    /// <summary>What seals the first manager's keyring; null for the key in its file.</summary>
    public KeyEncryptionKey? LockedBy => unlockKey is null ? null : UnlockKey.Seals(unlockKey.Value);

    /// <summary>
    /// Makes the authority, the manager's certificate and the keyring, and writes them; the node file is for the caller to write once
    /// the swarm works. Throws <see cref="SwarmException"/> where an address or the spec is wrong.
    /// </summary>
    public static SwarmFounding Create(SwarmInitRequest request, SwarmDirectory directory, TimeProvider clock)
    {
        var node = NodeOf(request.ListenAddr, request.AdvertiseAddr, request.DataPathAddr) with { NodeId = NewId(), SwarmId = NewId() };
        using var root = request.Spec?.CAConfig is { SigningCACert: { Length: > 0 } certificate, SigningCAKey: { Length: > 0 } key }
            ? RootChange.LoadFit(certificate, key, clock)
            : RootCa.Create(clock);
        var spec = SwarmDefaults.Fill(request.Spec);
        var founding = new SwarmFounding(
            request with { Spec = RootChange.WithoutRoot(request.Spec) }, node, root, UnlockKey.For(spec, present: null, rotate: false));
        Equip(node, root, spec, founding.LockedBy, directory, clock);
        return founding;
    }

    /// <summary>A node of this machine at the addresses that are asked for. Throws <see cref="SwarmException"/> where one is wrong.</summary>
    internal static NodeFile NodeOf(string? listenAddr, string? advertiseAddr, string? dataPathAddr)
    {
        var listen = HostAddresses.Parse(listenAddr, IPAddress.Any, HostAddresses.DefaultPort);
        HostAddresses.RequireLocal(listen.Address, "listen");
        return new()
        {
            NodeId = "",
            SwarmId = "",
            ListenAddr = listen.ToString(),
            AdvertiseAddr = Advertise(advertiseAddr, listen).ToString(),
            DataPathAddr = HostAddresses.DataPath(dataPathAddr),
        };
    }

    /// <summary>Makes a first manager's certificate and keyring, and writes them, sealed by the unlock key if there is one.</summary>
    internal static void Equip(NodeFile node, RootCa root, SwarmSpec spec, KeyEncryptionKey? lockedBy, SwarmDirectory directory, TimeProvider clock)
    {
        directory.Create();
        var validity = spec.CAConfig?.NodeCertExpiry ?? RootCa.DefaultNodeValidity;
        var (identity, files) = NodeIdentity.Create(root, new(node.NodeId, NodeRole.Manager, node.SwarmId), validity, clock);
        identity.Dispose();
        var keyring = Keyring.Create(directory.KeyringFile, lockedBy ?? KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        new CertificateFiles(directory.Certificates, keyring).Save(files);
    }

    /// <summary>The id that a text gives, always the same.</summary>
    public static string IdOf(ReadOnlySpan<byte> text) => ObjectIds.Format(SHA256.HashData(text).AsSpan(0, IdBytes));

    /// <summary>A new object's id.</summary>
    public static string NewId() => ObjectIds.Format(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Puts the swarm and its first node into the store.</summary>
    public void Found(StoreTransaction store)
    {
        store.Put(new SwarmObject
        {
            Id = Node.SwarmId,
            Spec = SwarmDefaults.Fill(request.Spec),
            TLSInfo = trust,
            DefaultAddrPool = request.DefaultAddrPool is { Count: > 0 } pools ? pools : SwarmDefaults.AddressPool,
            SubnetSize = request.SubnetSize == 0 ? SwarmDefaults.SubnetSize : request.SubnetSize,
            DataPathPort = request.DataPathPort == 0 ? SwarmDefaults.DataPathPort : request.DataPathPort,
            JoinTokens = new(JoinToken.Create(rootPem), JoinToken.Create(rootPem)),
            RootKey = rootKey,
            UnlockKey = unlockKey,
        });
        store.Put(new Node
        {
            Id = Node.NodeId,
            Spec = new() { Labels = ValueMap<string>.Empty, Role = NodeRole.Manager, Availability = request.Availability ?? NodeAvailability.Active },
            Role = NodeRole.Manager,
            ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = Node.AdvertiseAddr },
        });
    }

    private static IPEndPoint Advertise(string? asked, IPEndPoint listen) => HostAddresses.NamedAdvertise(asked, listen)
        ?? new(listen.Address.Equals(IPAddress.Any) ? HostAddresses.Advertised(HostAddresses.Local()) : listen.Address, listen.Port);
}
