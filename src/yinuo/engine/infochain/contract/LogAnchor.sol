// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Heads of verifiable logs (C2SP tlog-checkpoint), each account keeping those of its own logs. Nobody owns the contract and nobody
/// writes in another's place: whoever checks knows the account from the operator, as it knows the log's key.
contract LogAnchor {
    struct Head {
        uint64 size;
        uint64 number;
        bytes32 root;
    }

    /// By account and by the SHA-256 of the log's origin.
    mapping(address => mapping(bytes32 => Head)) private heads;

    /// The history: every head ever anchored, in the order of its size.
    event Anchored(address indexed account, bytes32 indexed log, uint64 indexed size, bytes32 root);

    /// The log is anchored up to `size` already: a log only grows.
    error NotNewer(uint64 size);

    function anchor(bytes32 log, uint64 size, bytes32 root) external {
        Head storage head = heads[msg.sender][log];
        if (size <= head.size) revert NotNewer(head.size);
        heads[msg.sender][log] = Head(size, uint64(block.number), root);
        emit Anchored(msg.sender, log, size, root);
    }

    /// The newest head, and the number of the block it came with; size 0 = none yet.
    function headOf(address account, bytes32 log) external view returns (uint64 size, bytes32 root, uint64 number) {
        Head storage head = heads[account][log];
        return (head.size, head.root, head.number);
    }
}
