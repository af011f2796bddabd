using System.Net;
using DotNext.Net.Cluster.Consensus.Raft;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Consensus;

/// <content>Changing the quorum's members, and the keys that what they keep is sealed by.</content>
public sealed partial class RaftNode
{
    /// <summary>The addresses of all members.</summary>
    public IReadOnlyList<EndPoint> Members => [.. ((IRaftCluster)raft).Members.Select(member => member.EndPoint)];

    /// <summary>
    /// Takes in a manager that listens at an address, and returns once it has caught up and votes. Throws <see cref="SwarmException"/>
    /// (Unavailable) where this manager does not lead or the other is not reached.
    /// </summary>
    public Task AddMemberAsync(EndPoint address, CancellationToken stop) =>
        ChangeAsync(raft.AddMemberAsync(address, stop), $"The manager at {address} was not taken in: it is not reached, or could not catch up. See to it that it runs and that its address is right, then try again.");

    /// <summary>Takes a manager out. Throws <see cref="SwarmException"/> (Unavailable) where this manager does not lead or there is no quorum.</summary>
    public Task RemoveMemberAsync(EndPoint address, CancellationToken stop) =>
        ChangeAsync(raft.RemoveMemberAsync(address, stop), $"The manager at {address} was not taken out: it is no member, or there is no quorum.");

    /// <summary>
    /// Goes over to a new data key: all that is kept is sealed by it in a new checkpoint, and older keys are forgotten. Run it on the
    /// leader, in a quorum of one.
    /// </summary>
    /// <param name="lockedBy">What the keyring is sealed by from now on.</param>
    /// <param name="stop">Ends the wait for entries that are on their way.</param>
    public async Task RotateDataKeyAsync(KeyEncryptionKey lockedBy, CancellationToken stop)
    {
        options.Keyring.Rotate(lockedBy);

        // The writer serves one entry at a time: once it has come to this, whatever the old key sealed is applied.
        await options.Store.UpdateAsync(_ => { }, stop).ConfigureAwait(false);
        await checkpointer.WriteNowAsync(all: true).ConfigureAwait(false);
        options.Keyring.RetireOldKeys(lockedBy);
    }

    private static async Task ChangeAsync(Task<bool> change, string refusal)
    {
        try
        {
            if (await change.ConfigureAwait(false))
                return;
        }
        catch (NotLeaderException fault)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "This manager does not lead, so the managers stay as they are. Ask the leader.", fault);
        }
        throw new SwarmException(SwarmErrorCode.Unavailable, refusal);
    }
}
