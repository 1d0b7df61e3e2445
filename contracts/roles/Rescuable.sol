// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Owned} from "./Owned.sol";

/// Tokens that were sent to the contract by mistake can be moved out by one account, the rescuer.
abstract contract Rescuable is Owned {
    address private _rescuer;

    event RescuerChanged(address indexed newRescuer);

    function rescuer() external view returns (address) {
        return _rescuer;
    }

    /// Sends `amount` of any ERC-20 token that this contract holds. Tokens that answer nothing are taken as agreed.
    function rescueERC20(address tokenContract, address to, uint256 amount) external {
        require(msg.sender == _rescuer, "Rescuable: caller is not the rescuer");
        require(tokenContract.code.length > 0, "Address: call to non-contract");
        (bool done, bytes memory answer) =
            tokenContract.call(abi.encodeWithSignature("transfer(address,uint256)", to, amount));
        if (!done) _revertWith(answer);
        require(
            answer.length == 0 || abi.decode(answer, (bool)), "SafeERC20: ERC20 operation did not succeed"
        );
    }

    function updateRescuer(address newRescuer) external onlyOwner {
        _updateRescuer(newRescuer);
    }

    function _updateRescuer(address newRescuer) internal {
        require(newRescuer != address(0), "Rescuable: new rescuer is the zero address");
        _rescuer = newRescuer;
        emit RescuerChanged(newRescuer);
    }

    /// Passes on what the token said, or says that the call failed where it said nothing.
    function _revertWith(bytes memory reason) private pure {
        require(reason.length > 0, "SafeERC20: low-level call failed");
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
