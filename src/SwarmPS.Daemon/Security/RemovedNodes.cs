using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// The ids of removed nodes, which no newcomer gets: an id is made of the request for a certificate, so that the same request, sent once
/// more, would bring back the node and with it its old certificate. An id is remembered until the last certificate that names it has ended.
/// </summary>
internal static class RemovedNodes
{
    /// <summary>Ids that are remembered. Of more than that, those whose certificates end first are forgotten: the swarm's object is written whole at each change.</summary>
    public const int Max = 4096;

    /// <summary>A swarm that remembers nodes as removed, from the transaction on that removes them.</summary>
    public static SwarmObject Remember(SwarmObject swarm, IEnumerable<string> ids, Timestamp now)
    {
        var until = CertificatesEnd(swarm, now);
        var kept = swarm.RemovedNodes.OrEmpty().Where(node => node.Until > now).Concat(ids.Select(id => new RemovedNode(id, until))).ToList();
        return swarm with { RemovedNodes = [.. kept.OrderByDescending(node => node.Until).Take(Max)] };
    }

    /// <summary>
    /// When the last certificate ends that was issued until now. The swarm notes it at each change of its
    /// spec: where certificates become shorter by that, those of before stay as long as they are.
    /// </summary>
    public static Timestamp CertificatesEnd(SwarmObject swarm, Timestamp now)
    {
        // As far as certificates reach back: one that is being signed at this moment, or by a clock that is ahead, has ended by then, too.
        var end = now + (swarm.Spec.CAConfig?.NodeCertExpiry ?? RootCa.DefaultNodeValidity) + RootCa.Backdate;
        return swarm.CertificatesEnd > end ? swarm.CertificatesEnd : end;
    }

    /// <summary>Whether an id is that of a node that was removed and may still hold a certificate.</summary>
    public static bool Contains(SwarmObject? swarm, string id, Timestamp now) =>
        swarm?.RemovedNodes.OrEmpty().Any(node => node.Id == id && node.Until > now) == true;
}
