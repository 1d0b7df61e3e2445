// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What a recipient of V1 messages answers. False refuses the message.
interface IMessageHandler {
    function handleReceiveMessage(uint32 sourceDomain, bytes32 sender, bytes calldata messageBody)
        external
        returns (bool);
}
